#include "http/gzip.hpp"

#include <zlib.h>

#include <memory>
#include <new>

#include "http/content_coding.hpp"
#include "http/vary.hpp"
#include "util/saturate_cast.hpp"

namespace sio::http {
namespace {

constexpr int gzip_format = 16;
constexpr int window_bits = 15;
constexpr int memory_level = 8;

void begin(z_stream& stream, int level) {
    if (deflateInit2(&stream, level, Z_DEFLATED, window_bits + gzip_format, memory_level, Z_DEFAULT_STRATEGY) != Z_OK) {
        throw std::bad_alloc();
    }
}

/// A stream that has been used before costs a reset instead of 256 KB of memory to set up.
z_stream& thread_stream(int level) {
    struct End {
        void operator()(z_stream* stream) const noexcept {
            deflateEnd(stream);
            delete stream;
        }
    };
    thread_local std::unique_ptr<z_stream, End> stream;
    if (!stream) {
        auto made = std::make_unique<z_stream>();
        begin(*made, level);
        stream.reset(made.release());
    }
    deflateReset(stream.get());
    deflateParams(stream.get(), level, Z_DEFAULT_STRATEGY);
    return *stream;
}

}  // namespace

std::string gzip(std::string_view bytes, int level) {
    z_stream& stream = thread_stream(level);
    std::string out(deflateBound(&stream, bytes.size()), '\0');
    std::size_t size = 0;
    int status = Z_OK;
    while (status != Z_STREAM_END) {
        stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
        stream.avail_in = util::saturate_cast<unsigned>(bytes.size());
        stream.next_out = reinterpret_cast<Bytef*>(out.data() + size);
        stream.avail_out = util::saturate_cast<unsigned>(out.size() - size);
        const unsigned in = stream.avail_in;
        const unsigned room = stream.avail_out;
        status = deflate(&stream, in == bytes.size() ? Z_FINISH : Z_NO_FLUSH);
        bytes.remove_prefix(in - stream.avail_in);
        size += room - stream.avail_out;
    }
    out.resize(size);
    return out;
}

struct GzipStream::Impl {
    z_stream stream{};
};

GzipStream::GzipStream(int level) : impl_(std::make_unique<Impl>()) { begin(impl_->stream, level); }

GzipStream::~GzipStream() { deflateEnd(&impl_->stream); }

std::string GzipStream::add(std::string_view bytes, bool last) {
    z_stream& stream = impl_->stream;
    std::string out;
    for (bool more = true; more;) {
        const std::size_t before = out.size();
        out.resize(before + deflateBound(&stream, bytes.size()));
        stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
        stream.avail_in = util::saturate_cast<unsigned>(bytes.size());
        stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
        stream.avail_out = util::saturate_cast<unsigned>(out.size() - before);
        const unsigned in = stream.avail_in;
        const int status = deflate(&stream, last && in == bytes.size() ? Z_FINISH : Z_NO_FLUSH);
        bytes.remove_prefix(in - stream.avail_in);
        more = last ? status != Z_STREAM_END : !bytes.empty() || stream.avail_out == 0;
        out.resize(out.size() - stream.avail_out);
    }
    return out;
}

void gzip_body(Response& response, std::string_view accept_encoding, const HttpCompression& options) {
    if (!is_worth_it(response.body.size(), options)) return;
    add_vary(response.headers, "Accept-Encoding");
    if (coding_weight(accept_encoding, "gzip") == 0) return;
    response.body = gzip(response.body, options.level);
    response.headers.set("Content-Encoding", "gzip");
}

}  // namespace sio::http
