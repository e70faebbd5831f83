#include "net/socket_address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "util/decimal.hpp"
#include "util/network_key.hpp"

namespace sio::net {

namespace {

constexpr std::array<std::uint8_t, 12> v4_mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

template <class Query>
SocketAddress ask(int fd, Query query) noexcept {
    ::sockaddr_storage storage{};
    ::socklen_t size = sizeof storage;
    auto& address = reinterpret_cast<::sockaddr&>(storage);
    return query(fd, &address, &size) == 0 ? SocketAddress(address) : SocketAddress();
}

}  // namespace

SocketAddress::SocketAddress(const ::sockaddr& address) noexcept {
    if (address.sa_family == AF_INET) {
        ::sockaddr_in v4;
        std::memcpy(&v4, &address, sizeof v4);
        std::memcpy(bytes_.data(), &v4.sin_addr, 4);
        port_ = ntohs(v4.sin_port);
        family_ = Family::v4;
    } else if (address.sa_family == AF_INET6) {
        ::sockaddr_in6 v6;
        std::memcpy(&v6, &address, sizeof v6);
        std::memcpy(bytes_.data(), &v6.sin6_addr, 16);
        port_ = ntohs(v6.sin6_port);
        family_ = Family::v6;
        if (std::equal(v4_mapped_prefix.begin(), v4_mapped_prefix.end(), bytes_.begin())) {
            std::copy(bytes_.begin() + 12, bytes_.end(), bytes_.begin());
            std::fill(bytes_.begin() + 4, bytes_.end(), std::uint8_t{0});
            family_ = Family::v4;
        }
    } else if (address.sa_family == AF_UNIX) {
        family_ = Family::unix_socket;
    }
}

SocketAddress SocketAddress::peer_of(int fd) noexcept { return ask(fd, ::getpeername); }
SocketAddress SocketAddress::local_of(int fd) noexcept { return ask(fd, ::getsockname); }

std::string SocketAddress::address() const {
    std::string text;
    if (family_ == Family::v4) {
        // By hand: inet_ntop() goes through sprintf(), and each connection has two addresses.
        for (std::size_t i = 0; i < 4; ++i) {
            if (i > 0) text += '.';
            util::append_decimal(text, unsigned{bytes_[i]});
        }
    } else if (family_ == Family::v6) {
        char numeric[INET6_ADDRSTRLEN];
        text = ::inet_ntop(AF_INET6, bytes_.data(), numeric, sizeof numeric);
    }
    return text;
}

bool SocketAddress::is_loopback() const noexcept {
    switch (family_) {
        case Family::v4: return bytes_[0] == 127;
        case Family::v6:
            return bytes_[15] == 1 && std::all_of(bytes_.begin(), bytes_.end() - 1, [](auto b) { return b == 0; });
        case Family::unix_socket: return true;
        case Family::none: break;
    }
    return false;
}

std::uint64_t SocketAddress::network() const noexcept {
    return family_ == Family::v4 ? util::network_key_v4(bytes_.data()) : util::network_key_v6(bytes_.data());
}

std::string SocketAddress::text() const {
    switch (family_) {
        case Family::v4: return address() + ':' + std::to_string(port_);
        case Family::v6: return '[' + address() + "]:" + std::to_string(port_);
        case Family::unix_socket: return "unix socket";
        case Family::none: break;
    }
    return "unknown address";
}

}  // namespace sio::net
