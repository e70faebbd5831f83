#pragma once

#include <cstdint>
#include <string_view>

namespace sio::util {

/// A number for the network of a numeric address, as far as one owner's addresses reach: an IPv4 address (mapped into IPv6, too),
/// the /64 of an IPv6 one. All that is no address, such as an empty text, has one number in common.
std::uint64_t network_key(std::string_view address) noexcept;
/// The same of the 4 bytes of an IPv4 address, and of the first 8 bytes of an IPv6 one that is not mapped.
std::uint64_t network_key_v4(const unsigned char* bytes) noexcept;
std::uint64_t network_key_v6(const unsigned char* bytes) noexcept;

}  // namespace sio::util
