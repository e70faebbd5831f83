#pragma once

#include <cstddef>
#include <string_view>

namespace sio::http {

/// Whether a chunked body, of which `rest` has come and not been read, has to wait for more before Beast's parser may see it.
/// The parser asserts that it has all of `0 CR LF CR LF`, the shortest end, when it comes back to an incomplete last chunk.
/// Waiting is safe: an incomplete body always has at least so many bytes to come.
constexpr bool must_wait_for_last_chunk(std::string_view rest) noexcept {
    constexpr std::size_t shortest_end = 5;
    return rest.size() < shortest_end && rest.starts_with('0');
}

}  // namespace sio::http
