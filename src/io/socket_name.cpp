#include "io/socket_name.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <system_error>

namespace sio::io {

namespace {

constexpr std::string_view unix_prefix = "unix:";

template <class Get>
Address end_of(int fd, Get get, const char* what) {
    sockaddr_storage name{};
    socklen_t size = sizeof name;
    if (get(fd, reinterpret_cast<sockaddr*>(&name), &size) < 0) {
        throw std::system_error(errno, std::generic_category(), what);
    }
    return SocketName(reinterpret_cast<const sockaddr*>(&name), size).address();
}

}  // namespace

SocketName::SocketName(const Address& address) {
    if (address.host.starts_with(unix_prefix)) {
        sockaddr_un name{};
        const std::string_view path = std::string_view(address.host).substr(unix_prefix.size());
        if (path.size() >= sizeof name.sun_path) {
            throw std::system_error(std::make_error_code(std::errc::filename_too_long), address.host);
        }
        name.sun_family = AF_UNIX;
        std::copy(path.begin(), path.end(), name.sun_path);
        size_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
        std::memcpy(&name_, &name, sizeof name);
        return;
    }
    sockaddr_in v4{};
    sockaddr_in6 v6{};
    if (inet_pton(AF_INET, address.host.c_str(), &v4.sin_addr) == 1) {
        v4.sin_family = AF_INET;
        v4.sin_port = htons(address.port);
        std::memcpy(&name_, &v4, size_ = sizeof v4);
    } else if (inet_pton(AF_INET6, address.host.c_str(), &v6.sin6_addr) == 1) {
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(address.port);
        std::memcpy(&name_, &v6, size_ = sizeof v6);
    } else {
        throw std::system_error(std::make_error_code(std::errc::invalid_argument), "no address: " + address.host);
    }
}

SocketName::SocketName(const sockaddr* name, socklen_t size) noexcept : size_(std::min<socklen_t>(size, sizeof name_)) {
    std::memcpy(&name_, name, size_);
}

Address SocketName::address() const {
    char text[INET6_ADDRSTRLEN] = {};
    switch (family()) {
        case AF_INET: {
            sockaddr_in name{};
            std::memcpy(&name, &name_, sizeof name);
            inet_ntop(AF_INET, &name.sin_addr, text, sizeof text);
            return {text, ntohs(name.sin_port)};
        }
        case AF_INET6: {
            sockaddr_in6 name{};
            std::memcpy(&name, &name_, sizeof name);
            inet_ntop(AF_INET6, &name.sin6_addr, text, sizeof text);
            return {text, ntohs(name.sin6_port)};
        }
        default: break;
    }
    sockaddr_un name{};
    std::memcpy(&name, &name_, std::min<std::size_t>(size_, sizeof name));
    const std::size_t path = size_ > offsetof(sockaddr_un, sun_path) ? size_ - offsetof(sockaddr_un, sun_path) : 0;
    return {std::string(unix_prefix) + std::string(name.sun_path, strnlen(name.sun_path, path)), 0};
}

Address peer_of(int fd) { return end_of(fd, ::getpeername, "getpeername"); }

Address local_of(int fd) { return end_of(fd, ::getsockname, "getsockname"); }

std::string text_of(const Address& address) {
    if (address.host.starts_with(unix_prefix)) return address.host;
    const bool v6 = address.host.find(':') != std::string::npos;
    return (v6 ? '[' + address.host + ']' : address.host) + ':' + std::to_string(address.port);
}

}  // namespace sio::io
