#include "net/listen_socket.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>
#include <utility>

#include <sio/error.hpp>

#include "net/socket_address.hpp"

namespace sio::net {

namespace {

constexpr std::string_view unix_prefix = "unix:";
/// Ports that are tried when one that the system chose for the first address of a name is taken on another.
constexpr int port_attempts = 16;

struct Failure {
    int error;
};

[[noreturn]] void cannot_listen(const std::string& where, const std::string& why) {
    throw Error(errc::cannot_start, "cannot listen on " + where + ": " + why);
}

std::string message_of(int error) { return std::generic_category().message(error); }

void set(int fd, int level, int option) {
    const int on = 1;
    if (::setsockopt(fd, level, option, &on, sizeof on) != 0) throw Failure{errno};
}

/// One address of a host.
struct Target {
    ::sockaddr_storage storage{};
    ::socklen_t size = 0;
    bool v6_only = true;

    int family() const noexcept { return storage.ss_family; }
    const ::sockaddr& address() const noexcept { return reinterpret_cast<const ::sockaddr&>(storage); }
    void set_port(std::uint16_t port) noexcept {
        // The port is at the same place for both families.
        reinterpret_cast<::sockaddr_in&>(storage).sin_port = htons(port);
    }
};

FileDescriptor bound_socket(const Target& target, bool shared) {
    FileDescriptor fd(::socket(target.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!fd) throw Failure{errno};
    set(fd.get(), SOL_SOCKET, SO_REUSEADDR);
    if (shared) set(fd.get(), SOL_SOCKET, SO_REUSEPORT);
    if (target.family() == AF_INET6) {
        const int v6_only = target.v6_only ? 1 : 0;
        if (::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &v6_only, sizeof v6_only) != 0) throw Failure{errno};
    }
    if (::bind(fd.get(), &target.address(), target.size) != 0) throw Failure{errno};
    return fd;
}

bool system_has_v6() noexcept {
    const FileDescriptor fd(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ::sockaddr_in6 loopback{};
    loopback.sin6_family = AF_INET6;
    loopback.sin6_addr = in6addr_loopback;
    return fd && ::bind(fd.get(), reinterpret_cast<const ::sockaddr*>(&loopback), sizeof loopback) == 0;
}

std::vector<Target> resolve(const std::string& host, const std::string& where) {
    if (host.empty()) {
        Target any;
        any.v6_only = false;
        const bool v6 = system_has_v6();
        any.storage.ss_family = v6 ? AF_INET6 : AF_INET;
        any.size = v6 ? sizeof(::sockaddr_in6) : sizeof(::sockaddr_in);
        return {any};
    }
    ::addrinfo hints{};
    hints.ai_flags = AI_PASSIVE;
    hints.ai_socktype = SOCK_STREAM;
    ::addrinfo* found = nullptr;
    const int result = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
    if (result != 0) cannot_listen(where, result == EAI_SYSTEM ? message_of(errno) : ::gai_strerror(result));
    const std::unique_ptr<::addrinfo, decltype(&::freeaddrinfo)> owner(found, ::freeaddrinfo);
    std::vector<Target> targets;
    for (auto* info = found; info != nullptr; info = info->ai_next) {
        if (info->ai_family != AF_INET && info->ai_family != AF_INET6) continue;
        Target target;
        target.size = info->ai_addrlen;
        std::memcpy(&target.storage, info->ai_addr, info->ai_addrlen);
        targets.push_back(target);
    }
    return targets;
}

std::string with_port(const std::string& host, std::uint16_t port) {
    const auto text = host.empty() ? "*" : host.find(':') != std::string::npos ? '[' + host + ']' : host;
    return text + ':' + std::to_string(port);
}

/// Whether somebody listens on the Unix socket at `address`.
bool answers(const ::sockaddr_un& address) noexcept {
    const FileDescriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const int result = ::connect(probe.get(), reinterpret_cast<const ::sockaddr*>(&address), sizeof address);
    return result == 0 || (errno != ECONNREFUSED && errno != ENOENT);
}

}  // namespace

ListenSocket::ListenSocket(std::string_view host, std::uint16_t port, std::size_t shards, const ListenOptions& options)
    : sockets_(shards) {
    if (host.starts_with(unix_prefix)) {
        name_ = host.substr(0, host.find('\0'));
        open_unix(host.substr(unix_prefix.size()), shards, options);
    } else {
        open_tcp(host, port, shards, options);
    }
}

ListenSocket::~ListenSocket() { remove_file(); }

ListenSocket::ListenSocket(ListenSocket&& other) noexcept
    : name_(std::move(other.name_)),
      port_(other.port_),
      sockets_(std::move(other.sockets_)),
      unix_path_(std::exchange(other.unix_path_, {})),
      unix_device_(other.unix_device_),
      unix_inode_(other.unix_inode_) {}

std::vector<FileDescriptor> ListenSocket::take(std::size_t shard) { return std::move(sockets_.at(shard)); }

void ListenSocket::open_tcp(std::string_view host_view, std::uint16_t port, std::size_t shards,
                            const ListenOptions& options) {
    const std::string host(host_view);
    name_ = with_port(host, port);
    auto targets = resolve(host, name_);
    if (targets.empty()) cannot_listen(name_, "no address of that name");
    for (int attempt = 1;; ++attempt) {
        std::vector<std::vector<FileDescriptor>> sockets(shards);
        std::uint16_t bound_port = port;
        try {
            for (auto& target : targets) {
                target.set_port(bound_port);
                // With SO_REUSEPORT the kernel lets another server of ours share the port in silence. A socket without it
                // finds out whether the port is free; the kernel refuses it while anybody listens there.
                if (shards > 1 && bound_port != 0) bound_socket(target, false).reset();
                for (auto& of_shard : sockets) {
                    auto fd = bound_socket(target, shards > 1);
                    bound_port = SocketAddress::local_of(fd.get()).port();
                    target.set_port(bound_port);
                    if (::listen(fd.get(), options.backlog) != 0) throw Failure{errno};
                    of_shard.push_back(std::move(fd));
                }
            }
            port_ = bound_port;
            sockets_ = std::move(sockets);
            name_ = with_port(host, port_);
            return;
        } catch (const Failure& failure) {
            const bool another_port = port == 0 && failure.error == EADDRINUSE && attempt < port_attempts;
            if (!another_port) cannot_listen(name_, message_of(failure.error));
        }
    }
}

void ListenSocket::open_unix(std::string_view path, std::size_t shards, const ListenOptions& options) {
    ::sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty()) cannot_listen(name_, "a path is missing");
    if (path.find('\0') != std::string_view::npos) cannot_listen(name_, "the path holds a NUL character");
    if (path.size() >= sizeof address.sun_path) {
        cannot_listen(name_, "the path is longer than " + std::to_string(sizeof address.sun_path - 1) + " bytes");
    }
    path.copy(address.sun_path, path.size());

    struct ::stat status{};
    if (::lstat(address.sun_path, &status) == 0) {
        if (!S_ISSOCK(status.st_mode)) cannot_listen(name_, "a file that is no socket is in the way");
        if (answers(address)) cannot_listen(name_, message_of(EADDRINUSE));
        ::unlink(address.sun_path);
    }
    FileDescriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!fd || ::bind(fd.get(), reinterpret_cast<const ::sockaddr*>(&address), sizeof address) != 0) {
        cannot_listen(name_, message_of(errno));
    }
    unix_path_ = path;
    if (::lstat(address.sun_path, &status) == 0) {
        unix_device_ = status.st_dev;
        unix_inode_ = status.st_ino;
    }
    // Before listen(): nobody can connect while the permissions are still those of the umask.
    if (options.unix_mode >= 0 && ::chmod(address.sun_path, static_cast<::mode_t>(options.unix_mode)) != 0) {
        const int error = errno;
        remove_file();
        cannot_listen(name_, "cannot set its permissions: " + message_of(error));
    }
    if (::listen(fd.get(), options.backlog) != 0) {
        const int error = errno;
        remove_file();
        cannot_listen(name_, message_of(error));
    }
    for (std::size_t shard = 1; shard < shards; ++shard) {
        FileDescriptor copy(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 0));
        if (!copy) {
            const int error = errno;
            remove_file();
            cannot_listen(name_, message_of(error));
        }
        sockets_[shard].push_back(std::move(copy));
    }
    sockets_[0].push_back(std::move(fd));
}

void ListenSocket::remove_file() noexcept {
    if (unix_path_.empty()) return;
    struct ::stat status{};
    if (::lstat(unix_path_.c_str(), &status) == 0 && status.st_dev == unix_device_ && status.st_ino == unix_inode_) {
        ::unlink(unix_path_.c_str());
    }
    unix_path_.clear();
}

}  // namespace sio::net
