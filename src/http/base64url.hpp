#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sio::http {

/// `bytes` in base64url without padding (RFC 4648, 5): letters, digits, `-` and `_`.
std::string base64url_encode(std::string_view bytes);
/// Nothing for anything that base64url_encode() does not give.
std::optional<std::string> base64url_decode(std::string_view text);

}  // namespace sio::http
