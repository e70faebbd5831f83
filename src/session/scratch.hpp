#pragma once

#include <string>

namespace sio::session {

/// The packets of one turn are encoded here one after the other, without memory of their own: an empty text, good until the
/// thread asks again.
inline std::string& scratch() {
    constexpr std::size_t kept_bytes = 64 * 1024;
    thread_local std::string text;
    text.clear();
    if (text.capacity() > kept_bytes) text.shrink_to_fit();
    return text;
}

}  // namespace sio::session
