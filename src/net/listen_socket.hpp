#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "net/file_descriptor.hpp"

namespace sio::net {

struct ListenOptions {
    /// Connections that the kernel completes ahead of accept(); it caps this at net.core.somaxconn.
    int backlog = 4096;
    /// Permissions of a Unix socket's file, and so who may connect. Negative: as the umask leaves them.
    int unix_mode = -1;
};

/// The listening sockets of one address, bound and ready; shards take them, one each.
///
/// - A numeric address, or a name: all addresses that it has, on one port.
/// - An empty host: every address, by one IPv6 socket that takes IPv4 too, or by IPv4 alone where the system has no IPv6.
///   `::` is IPv6 alone.
/// - `unix:` and a path: a Unix socket. A file that is there already is replaced only if it is a socket on which nobody
///   listens; this object's end removes it.
///
/// Several shards share a TCP port by SO_REUSEPORT, by which the kernel spreads connections over them; a Unix socket is
/// accepted from by whichever shard comes first.
class ListenSocket {
public:
    /// Throws Error(errc::cannot_start): `cannot listen on 127.0.0.1:5000: Address already in use`.
    ListenSocket(std::string_view host, std::uint16_t port, std::size_t shards, const ListenOptions& options = {});
    ~ListenSocket();
    ListenSocket(ListenSocket&& other) noexcept;
    ListenSocket& operator=(ListenSocket&&) = delete;

    /// As bound; 0 for a Unix socket.
    std::uint16_t port() const noexcept { return port_; }
    /// `127.0.0.1:5000`, `[::]:5000`, `unix:/run/app.sock`: for log lines.
    const std::string& name() const noexcept { return name_; }
    /// Hands over the sockets that `shard` is to accept from.
    std::vector<FileDescriptor> take(std::size_t shard);

private:
    void open_tcp(std::string_view host, std::uint16_t port, std::size_t shards, const ListenOptions& options);
    void open_unix(std::string_view path, std::size_t shards, const ListenOptions& options);
    void remove_file() noexcept;

    std::string name_;
    std::uint16_t port_ = 0;
    std::vector<std::vector<FileDescriptor>> sockets_;
    /// The file of a Unix socket, and which one it was: another server's file of that name is left alone.
    std::string unix_path_;
    std::uint64_t unix_device_ = 0;
    std::uint64_t unix_inode_ = 0;
};

}  // namespace sio::net
