#include <sio/compress.hpp>

#include <sio/environ.hpp>
#include <sio/offload.hpp>

#include "http/file_body.hpp"
#include "http/gzip.hpp"
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

void compress_response(Response& response, std::string_view accept_encoding, const HttpCompression& options) {
    if (!may_compress(response)) return;
    if (response.file) {
        if (response.file->length < options.threshold || response.file->length > options.max_bytes) return;
        offload([&] {
            response.body = http::read_file(*response.file);
            http::gzip_body(response, accept_encoding, options);
        });
        response.file = nullptr;
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
