#pragma once

#include <string>
#include <string_view>

#include <sio/http_compression.hpp>
#include <sio/response.hpp>

namespace sio::http {

/// `bytes` in gzip's format (RFC 1952). `level`: 1 (fast) to 9 (small).
std::string gzip(std::string_view bytes, int level);

/// Compresses the body, which must be a string, if that is worth it and `accept_encoding` takes gzip; sets
/// `Content-Encoding` and `Vary`. Leaves the type and everything else to the caller.
void gzip_body(Response& response, std::string_view accept_encoding, const HttpCompression& options);

}  // namespace sio::http
