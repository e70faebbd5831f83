#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sio::http {

/// HMAC-SHA256: 32 bytes.
std::string hmac_sha256(std::string_view key, std::string_view text);

/// Whether two texts are equal, in a time that depends on their lengths alone.
bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept;

std::string random_bytes(std::size_t count);

}  // namespace sio::http
