#include <sio/stream_server.hpp>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/posix/descriptor_base.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <exception>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <sio/asio.hpp>
#include <sio/error.hpp>
#include <sio/event.hpp>
#include <sio/greenlet.hpp>
#include <sio/log.hpp>
#include <sio/resolve.hpp>

#include "greenlet/loop.hpp"
#include "io/socket_name.hpp"
#include "io/stream_socket_impl.hpp"

namespace sio {

namespace {

// The process is out of descriptors or memory: others may free some.
constexpr std::chrono::milliseconds exhausted_pause{100};
constexpr int backlog = 1024;

bool is_transient(int error) noexcept {
    return error == EINTR || error == EAGAIN || error == EWOULDBLOCK || error == ECONNABORTED || error == EPROTO ||
           error == EPERM || error == ENETDOWN || error == EHOSTUNREACH || error == ENETUNREACH;
}

/// Whether a Unix socket's file is one on which nobody listens any more.
bool is_stale(const io::SocketName& name) {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return false;
    const bool refused = ::connect(fd, name.data(), name.size()) < 0 && errno == ECONNREFUSED;
    ::close(fd);
    return refused;
}

}  // namespace

struct StreamServer::Impl {
    using Listener = boost::asio::posix::basic_stream_descriptor<greenlet::Loop::Executor>;

    Impl(Address address, Handle function, Pool* given)
        : wanted(std::move(address)), handle(std::move(function)), pool(given) {}

    void listen() {
        const Address address = wanted.host.empty() ? Address{"::", wanted.port} : resolve(wanted).front();
        const io::SocketName name(address);
        const int fd = ::socket(name.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (fd < 0) fail(errno);
        listener.emplace(asio_context(), fd);
        if (name.family() != AF_UNIX) {
            const int on = 1;
            const int off = 0;
            ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
            if (wanted.host.empty()) ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
        } else if (is_stale(name)) {
            ::unlink(path_of(address).c_str());
        }
        if (::bind(fd, name.data(), name.size()) < 0) fail(errno);
        if (name.family() == AF_UNIX) unix_path = path_of(address);
        if (::listen(fd, backlog) < 0) fail(errno);
        port = io::local_of(fd).port;
        family = name.family();
    }

    void close() noexcept {
        listener.reset();
        if (!unix_path.empty()) ::unlink(std::exchange(unix_path, {}).c_str());
    }

    // Connections wait in the system's queue while the pool is full.
    void accept_all() {
        for (;;) {
            if (pool) pool->wait_available();
            listener->async_wait(boost::asio::posix::descriptor_base::wait_read, yield);
            sockaddr_storage peer{};
            socklen_t size = sizeof peer;
            const int fd = ::accept4(listener->native_handle(), reinterpret_cast<sockaddr*>(&peer), &size,
                                     SOCK_NONBLOCK | SOCK_CLOEXEC);
            if (fd < 0 && is_transient(errno)) continue;
            const int error = errno;
            if (fd >= 0 && try_serve(fd, io::SocketName(reinterpret_cast<const sockaddr*>(&peer), size).address()))
                continue;
            if (fd < 0) log(LogLevel::error, "server", "accept: " + std::generic_category().message(error));
            sleep(exhausted_pause);
        }
    }

    /// False when the system has no means for one more connection, which is then closed.
    bool try_serve(int fd, Address peer) {
        try {
            serve(fd, std::move(peer));
            return true;
        } catch (const std::exception& error) {
            log(LogLevel::error, "server", std::string("cannot serve a connection: ") + error.what());
            return false;
        }
    }

    void serve(int fd, Address peer) {
        StreamSocket socket(std::make_unique<StreamSocket::Impl>(*greenlet::Loop::current(), family, fd));
        auto connection = [call = handle, socket = std::move(socket), peer = std::move(peer)]() mutable {
            call(socket, peer);
        };
        const AnyGreenlet greenlet =
            pool ? pool->spawn(std::move(connection)) : connections.spawn(std::move(connection));
        if (pool) connections.add(greenlet);
    }

    static std::string path_of(const Address& address) { return address.host.substr(sizeof "unix:" - 1); }

    [[noreturn]] void fail(int error) {
        close();
        throw Error(errc::cannot_start,
                    "cannot listen on " + io::text_of(wanted) + ": " + std::generic_category().message(error));
    }

    const Address wanted;
    const Handle handle;
    Pool* const pool;
    Group connections;
    std::optional<Listener> listener;
    std::string unix_path;
    int family = 0;
    std::uint16_t port = 0;
    Greenlet<> acceptor;
    Event stopped;
};

StreamServer::StreamServer(Address listener, Handle handle)
    : impl_(std::make_unique<Impl>(std::move(listener), std::move(handle), nullptr)) {}

StreamServer::StreamServer(Address listener, Handle handle, Pool& pool)
    : impl_(std::make_unique<Impl>(std::move(listener), std::move(handle), &pool)) {}

StreamServer::~StreamServer() {
    if (!impl_->listener) return;
    const Shield shield;
    impl_->acceptor.kill();
    impl_->connections.kill();
    impl_->close();
}

void StreamServer::start() {
    if (impl_->listener) return;
    detail::require_greenlet("StreamServer::start");
    impl_->listen();
    impl_->stopped.clear();
    impl_->acceptor = spawn([impl = impl_.get()] { impl->accept_all(); });
    impl_->acceptor.set_name("StreamServer " + io::text_of(impl_->wanted));
}

void StreamServer::serve_forever() {
    start();
    impl_->stopped.wait();
}

void StreamServer::stop(Duration limit) {
    if (!impl_->listener) return;
    {
        const Shield shield;  // whether it listens is not to be left half-way
        impl_->acceptor.kill();
        impl_->close();
    }
    // A handler that stops its server is not among those that are ended: it goes on, and ends by returning.
    std::vector<AnyGreenlet> others = impl_->connections.greenlets();
    std::erase_if(others, [id = current_greenlet_id()](const AnyGreenlet& each) { return each.id() == id; });
    struct Stopped {
        const std::vector<AnyGreenlet>& connections;
        Event& event;
        ~Stopped() {
            for (const AnyGreenlet& each : connections) each.kill(false);  // when the caller is interrupted
            event.set();
        }
    } const stopped{others, impl_->stopped};
    if (limit > Duration::zero()) joinall(others, limit);
    killall(others);
}

std::uint16_t StreamServer::port() const noexcept { return impl_->port; }

}  // namespace sio
