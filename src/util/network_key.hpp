#pragma once

#include <cstdint>
#include <string_view>

namespace sio::util {

/// A number for the network of a numeric address, as far as one owner's addresses reach: an IPv4 address (mapped into IPv6, too),
/// the /64 of an IPv6 one. All that is no address, such as an empty text, has one number in common.
std::uint64_t network_key(std::string_view address) noexcept;

}  // namespace sio::util
