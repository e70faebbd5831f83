#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <sio/http_compression.hpp>
#include <sio/response.hpp>

namespace sio::http {

/// `bytes` in gzip's format (RFC 1952). `level`: 1 (fast) to 9 (small).
std::string gzip(std::string_view bytes, int level);

/// The same piece by piece; takes 256 KB. Threads: one at a time.
class GzipStream {
public:
    explicit GzipStream(int level);
    ~GzipStream();
    GzipStream(const GzipStream&) = delete;
    GzipStream& operator=(const GzipStream&) = delete;

    /// What comes next of the compressed bytes; may be empty. With `last` that is all that is left.
    std::string add(std::string_view bytes, bool last);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Whether a body of that size is to be compressed at all.
inline bool is_worth_it(std::uint64_t bytes, const HttpCompression& options) noexcept {
    return bytes >= options.threshold && bytes <= options.max_bytes;
}

/// Compresses the body, which must be a string, if that is worth it and `accept_encoding` takes gzip; sets
/// `Content-Encoding` and `Vary`. Leaves the type and everything else to the caller.
void gzip_body(Response& response, std::string_view accept_encoding, const HttpCompression& options);

}  // namespace sio::http
