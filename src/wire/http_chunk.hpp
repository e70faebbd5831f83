#pragma once

#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>

namespace sio::wire {

/// Ends a body in HTTP's chunked transfer coding (RFC 9112 section 7.1).
inline constexpr std::string_view last_http_chunk = "0\r\n\r\n";

/// Appends `bytes` as one chunk. Nothing for no bytes: an empty chunk would be the last.
inline void append_http_chunk(std::string& out, std::string_view bytes) {
    if (bytes.empty()) return;
    char digits[2 * sizeof(std::size_t)];
    out.append(digits, std::to_chars(digits, digits + sizeof digits, bytes.size(), 16).ptr);
    out += "\r\n";
    out += bytes;
    out += "\r\n";
}

}  // namespace sio::wire
