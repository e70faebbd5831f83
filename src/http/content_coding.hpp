#pragma once

#include <string_view>

namespace sio::http {

/// How much an `Accept-Encoding` list wants a content coding (RFC 9110, 12.5.3): thousandths, 0 when it does not take it.
/// `identity` is taken unless it is refused; others only when they are named, or `*` is. The empty list takes none.
int coding_weight(std::string_view accept_encoding, std::string_view coding) noexcept;

}  // namespace sio::http
