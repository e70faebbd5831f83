#pragma once

#include <array>
#include <cstdint>
#include <string>

struct sockaddr;

namespace sio::net {

/// The address and port of one end of a connection, in 20 bytes instead of sockaddr_storage's 128.
class SocketAddress {
public:
    enum class Family : std::uint8_t { none, v4, v6, unix_socket };

    SocketAddress() noexcept = default;
    /// An IPv4 address that came through an IPv6 socket (`::ffff:1.2.3.4`) becomes the IPv4 address that it is.
    explicit SocketAddress(const ::sockaddr& address) noexcept;

    /// The two ends of a connected socket; Family::none when the system cannot say.
    static SocketAddress peer_of(int fd) noexcept;
    static SocketAddress local_of(int fd) noexcept;

    Family family() const noexcept { return family_; }
    /// Numeric form; empty for a Unix socket.
    std::string address() const;
    /// Host byte order; 0 for a Unix socket.
    std::uint16_t port() const noexcept { return port_; }
    bool is_loopback() const noexcept;
    /// What connections of one client have in common: the IPv4 address, or the first 64 bits of the IPv6 address.
    std::uint64_t network() const noexcept;
    /// `1.2.3.4:5000`, `[::1]:5000`, `unix socket`: for log lines.
    std::string text() const;

private:
    std::array<std::uint8_t, 16> bytes_{};
    std::uint16_t port_ = 0;
    Family family_ = Family::none;
};

}  // namespace sio::net
