#pragma once

#include <string>
#include <string_view>

namespace chat {

/// SHA-256 as 64 hexadecimal digits.
std::string sha256_hex(std::string_view text);

/// `count` bytes of the system's random source, as hexadecimal digits. Throws std::runtime_error without one.
std::string random_hex(std::size_t count);

}  // namespace chat
