#include "util/network_key.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace sio::util {
namespace {

constexpr std::array<unsigned char, 12> v4_mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
// Both lie in ff00::/8, where no peer has its address.
constexpr std::uint64_t v4_mark = 0xffff'0000'0000'0000u;
constexpr std::uint64_t unknown = 0xffff'ffff'ffff'ffffu;

}  // namespace

std::uint64_t network_key_v4(const unsigned char* bytes) noexcept {
    std::uint64_t key = v4_mark;
    for (int i = 0; i < 4; ++i) key |= std::uint64_t{bytes[i]} << (8 * i);
    return key;
}

std::uint64_t network_key_v6(const unsigned char* bytes) noexcept {
    std::uint64_t key = 0;
    for (int i = 0; i < 8; ++i) key = key << 8 | bytes[i];
    return key;
}

std::uint64_t network_key(std::string_view address) noexcept {
    address = address.substr(0, address.find('%'));
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (address.size() >= text.size()) return unknown;
    std::copy(address.begin(), address.end(), text.begin());
    std::array<unsigned char, 16> bytes{};
    if (::inet_pton(AF_INET, text.data(), bytes.data()) == 1) return network_key_v4(bytes.data());
    if (::inet_pton(AF_INET6, text.data(), bytes.data()) != 1) return unknown;
    if (std::equal(v4_mapped.begin(), v4_mapped.end(), bytes.begin()))
        return network_key_v4(bytes.data() + v4_mapped.size());
    return network_key_v6(bytes.data());
}

}  // namespace sio::util
