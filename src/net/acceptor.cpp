#include "net/acceptor.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <exception>
#include <system_error>
#include <utility>

#include <sio/log.hpp>

#include "net/shard.hpp"
#include "net/socket_address.hpp"

namespace sio::net {

namespace {

/// Connections that are taken before other work of the shard gets its turn.
constexpr int burst = 64;
constexpr auto pause_after_failure = std::chrono::milliseconds(100);
constexpr auto complaint_interval = std::chrono::seconds(60);

FileDescriptor open_reserve() { return FileDescriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC)); }

/// Errors of the connection that was to be accepted, not of the listening socket: the next one may be fine (accept(2)).
bool concerns_one_connection(int error) noexcept {
    switch (error) {
        case EINTR:
        case ECONNABORTED:
        case EPROTO:
        case EPERM:
        case ENETDOWN:
        case ENOPROTOOPT:
        case EHOSTDOWN:
        case ENONET:
        case EHOSTUNREACH:
        case EOPNOTSUPP:
        case ENETUNREACH:
        case ETIMEDOUT: return true;
        default: return false;
    }
}

}  // namespace

Acceptor::Acceptor(Shard& shard, FileDescriptor listening, std::shared_ptr<const TlsContext> tls, Service service)
    : shard_(shard),
      tls_(std::move(tls)),
      service_(service),
      listening_(shard.loop().executor()),
      reserve_(open_reserve()),
      pause_([](void* self) { static_cast<Acceptor*>(self)->accept_waiting(); }, this),
      alive_(std::make_shared<Acceptor*>(this)) {
    // Accepted sockets have it from the listening one: a system call less for each.
    const int on = 1;
    ::setsockopt(listening.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // fails for a Unix socket
    listening_.assign(listening.get());
    static_cast<void>(listening.release());
    wait();
}

Acceptor::~Acceptor() { *alive_ = nullptr; }

void Acceptor::wait() {
    listening_.async_wait(boost::asio::posix::descriptor_base::wait_read,
                          [alive = alive_](const boost::system::error_code& error) {
                              if (*alive != nullptr && !error) (*alive)->accept_waiting();
                          });
}

void Acceptor::accept_waiting() {
    try {
        accept_burst();
    } catch (const std::exception& error) {
        // ENOSPC or ENOMEM of the epoll, or no memory: the client that met it has been let go, and the next may fare better.
        pause(error.what());
    }
}

void Acceptor::accept_burst() {
    for (int taken = 0; taken < burst; ++taken) {
        ::sockaddr_storage storage{};
        ::socklen_t size = sizeof storage;
        auto& address = reinterpret_cast<::sockaddr&>(storage);
        FileDescriptor socket(::accept4(listening_.native_handle(), &address, &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (socket) {
            shard_.accepted(std::move(socket), SocketAddress(address), tls_.get(), service_);
            continue;
        }
        const int error = errno;
        if (error == EAGAIN || error == EWOULDBLOCK) break;
        if (!concerns_one_connection(error)) return out_of_descriptors(error);
    }
    wait();
}

void Acceptor::out_of_descriptors(int error) {
    if ((error == EMFILE || error == ENFILE) && reserve_) {
        reserve_.reset();
        FileDescriptor(::accept4(listening_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC)).reset();
        reserve_ = open_reserve();
    }
    pause(std::generic_category().message(error));
}

void Acceptor::pause(const std::string& reason) {
    pause_.arm(shard_.loop().timers(), pause_after_failure);
    shard_.counters().refused.add();
    if (util::Clock::now() < next_complaint_) return;
    next_complaint_ = util::Clock::now() + complaint_interval;
    log(LogLevel::error, "net", "cannot accept connections: " + reason);
}

}  // namespace sio::net
