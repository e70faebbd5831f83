#include <sio/compress.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <sio/environ.hpp>
#include <sio/offload.hpp>

#include "http/content_coding.hpp"
#include "http/file_body.hpp"
#include "http/gzip.hpp"
#include "http/offloaded.hpp"
#include "http/vary.hpp"
#include "util/ascii.hpp"

namespace sio {
namespace {

bool is_compressible(std::string_view content_type) {
    const auto type = util::trim_ows(content_type.substr(0, content_type.find(';')));
    for (const std::string_view suffix : {"+json", "+xml", "/json", "/xml", "/javascript", "/wasm", "/x-javascript"}) {
        if (type.size() >= suffix.size() && util::ascii_iequals(type.substr(type.size() - suffix.size()), suffix))
            return true;
    }
    return type.size() > 5 && util::ascii_iequals(type.substr(0, 5), "text/") &&
           !util::ascii_iequals(type, "text/event-stream");
}

bool may_compress(const Response& response) {
    const Headers& headers = response.headers;
    return !response.writer && response.status != 204 && response.status != 206 && response.status != 304 &&
           response.status >= 200 && headers.count("Content-Encoding") == 0 && headers.count("Content-Range") == 0 &&
           !util::list_has_token(headers.combined("Cache-Control"), "no-transform") &&
           is_compressible(headers.get("Content-Type"));
}

/// Of a file, read and compressed at a time. One that is not larger is compressed at once, and has a `Content-Length`.
constexpr std::size_t piece_bytes = 128 * 1024;

/// A file that is compressed while it is sent, as fast as the client takes it: so much of it is in memory as a piece has.
class CompressedFile {
public:
    CompressedFile(std::shared_ptr<const FileBody> file, std::shared_ptr<const int> descriptor, int level)
        : file_(std::move(file)), descriptor_(std::move(descriptor)), level_(level) {}

    void operator()(BodyWriter& out) const {
        http::GzipStream stream(level_);
        for (std::uint64_t done = 0; done < file_->length;) {
            const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(file_->length - done, piece_bytes));
            const std::string compressed = detail::offload_step(detail::PoolPurpose::files, [&] {
                const std::string piece = http::read_at(*descriptor_, file_->offset + done, size);
                if (piece.empty()) throw std::runtime_error("the file '" + file_->path + "' became shorter");
                done += piece.size();
                return stream.add(piece, done == file_->length);
            });
            if (!compressed.empty()) out.write(compressed);
        }
    }

private:
    std::shared_ptr<const FileBody> file_;
    std::shared_ptr<const int> descriptor_;
    int level_;
};

void compress_file(Response& response, std::string_view accept_encoding, const HttpCompression& options) {
    if (!http::is_worth_it(response.file->length, options)) return;
    http::add_vary(response.headers, "Accept-Encoding");
    if (http::coding_weight(accept_encoding, "gzip") == 0) return;  // it stays a file
    const auto file = std::exchange(response.file, nullptr);
    if (file->length <= piece_bytes) {
        response.body = http::offloaded(detail::PoolPurpose::files,
                                        [&] { return http::gzip(http::read_file(*file), options.level); });
    } else {
        // Opened now: a file that is not there is an error that can be answered.
        auto descriptor = http::offloaded(detail::PoolPurpose::files, [&] { return http::open_file(*file); });
        response.writer = CompressedFile(file, std::move(descriptor), options.level);
    }
    response.headers.set("Content-Encoding", "gzip");
}

void compress_response(Response& response, std::string_view accept_encoding, const HttpCompression& options) {
    if (!may_compress(response)) return;
    if (response.file) {
        compress_file(response, accept_encoding, options);
    } else {
        http::gzip_body(response, accept_encoding, options);
    }
    if (response.headers.count("Content-Encoding") == 0) return;
    response.headers.erase("Accept-Ranges");
    if (const auto tag = response.headers.get("ETag"); tag.starts_with('"')) {
        response.headers.set("ETag", "W/" + std::string(tag));
    }
}

}  // namespace

Middleware compress(HttpCompression options) {
    return [options](App next) -> App {
        return [options, next = std::move(next)](Environ& environ) {
            const std::string accept_encoding = environ.headers().combined("Accept-Encoding");
            Response response = next(environ);
            compress_response(response, accept_encoding, options);
            return response;
        };
    };
}

}  // namespace sio
