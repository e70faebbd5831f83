#pragma once

#include <sys/socket.h>

#include <string>

#include <sio/address.hpp>

namespace sio::io {

/// A numeric address, or the path of a Unix socket, in the form that system calls take.
class SocketName {
public:
    /// Throws std::system_error when it is neither, or the path is too long (107 bytes).
    explicit SocketName(const Address& address);
    SocketName(const sockaddr* name, socklen_t size) noexcept;

    int family() const noexcept { return name_.ss_family; }
    const sockaddr* data() const noexcept { return reinterpret_cast<const sockaddr*>(&name_); }
    socklen_t size() const noexcept { return size_; }
    Address address() const;

private:
    sockaddr_storage name_{};
    socklen_t size_ = 0;
};

/// The ends of a socket. Throw std::system_error.
Address peer_of(int fd);
Address local_of(int fd);

/// `1.2.3.4:5000`, `[::1]:5000`, `unix:/run/app.sock`.
std::string text_of(const Address& address);

}  // namespace sio::io
