#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <exception>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include <sio/asio.hpp>
#include <sio/detail/deadline.hpp>
#include <sio/detail/group_core.hpp>
#include <sio/error.hpp>
#include <sio/greenlet.hpp>
#include <sio/queue.hpp>
#include <sio/resolve.hpp>

#include "io/connect.hpp"
#include "io/fail.hpp"
#include "io/limited.hpp"
#include "io/socket_name.hpp"

namespace sio {

namespace {

constexpr std::size_t chunk = 16 * 1024;
/// Of one call of recv(): whoever asks for "all there is" gets no buffer of that size.
constexpr std::size_t most_received_at_once = 1024 * 1024;

StreamSocket::Impl& opened(const std::unique_ptr<StreamSocket::Impl>& impl) {
    if (!impl || !impl->socket.is_open()) throw Error(errc::connection_closed);
    return *impl;
}

/// One attempt. Returns the error, or 0 and the socket.
int connect_one(const Address& address, std::unique_ptr<StreamSocket::Impl>& result) {
    io::SocketName name(address);
    const int fd = ::socket(name.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return errno;
    auto& loop = *greenlet::Loop::current();
    auto impl = std::make_unique<StreamSocket::Impl>(loop, name.family(), fd);
    if (::connect(fd, name.data(), name.size()) < 0) {
        // A Unix socket whose listener's queue is full says EAGAIN, and there is nothing to wait for.
        if (errno != EINPROGRESS) return errno;
        impl->wait(boost::asio::socket_base::wait_write, "connect");
        int error = 0;
        socklen_t size = sizeof error;
        if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0) return errno;
        if (error != 0) return error;
    }
    result = std::move(impl);
    return 0;
}

}  // namespace

StreamSocket::Impl::Impl(greenlet::Loop& loop, int family, int fd) : socket(loop.context()) {
    try {
        socket.assign(boost::asio::generic::stream_protocol(family, 0), fd);
    } catch (...) {
        ::close(fd);
        throw;
    }
}

void StreamSocket::Impl::wait(boost::asio::socket_base::wait_type what, const char* call) {
    boost::system::error_code error;
    if (!io::within(limit, [&] { socket.async_wait(what, yield[error]); })) throw TimeoutError(call);
    if (error == boost::asio::error::operation_aborted) throw Error(errc::connection_closed);
    if (error) io::fail(error.value(), call);
}

std::size_t StreamSocket::Impl::read_some(char* data, std::size_t bytes) {
    for (;;) {
        const ssize_t got = ::recv(socket.native_handle(), data, bytes, MSG_DONTWAIT);
        if (got >= 0) return static_cast<std::size_t>(got);
        if (errno == EINTR) continue;
        if (errno != EAGAIN && errno != EWOULDBLOCK) io::fail(errno, "recv");
        wait(boost::asio::socket_base::wait_read, "recv");
        if (!socket.is_open()) throw Error(errc::connection_closed);
    }
}

std::size_t StreamSocket::Impl::write_some(const char* data, std::size_t bytes) {
    for (;;) {
        const ssize_t put = ::send(socket.native_handle(), data, bytes, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (put >= 0) return static_cast<std::size_t>(put);
        if (errno == EINTR) continue;
        if (errno != EAGAIN && errno != EWOULDBLOCK) io::fail(errno, "send");
        wait(boost::asio::socket_base::wait_write, "send");
        if (!socket.is_open()) throw Error(errc::connection_closed);
    }
}

bool StreamSocket::Impl::fill() {
    // Into a buffer of its own: another greenlet may read from this socket while this one waits.
    std::string more(chunk, '\0');
    more.resize(read_some(more.data(), more.size()));
    received.erase(0, std::exchange(taken, 0));
    received += more;
    return !more.empty();
}

StreamSocket::StreamSocket() noexcept = default;
StreamSocket::StreamSocket(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
StreamSocket::StreamSocket(StreamSocket&& other) noexcept = default;
StreamSocket& StreamSocket::operator=(StreamSocket&& other) noexcept = default;
StreamSocket::~StreamSocket() = default;

std::string StreamSocket::recv(std::size_t bytes) {
    Impl& impl = opened(impl_);
    std::string data;
    if (impl.taken < impl.received.size()) {
        data = impl.received.substr(impl.taken, bytes);
        impl.taken += data.size();
        return data;
    }
    data.resize(std::min(bytes, most_received_at_once));
    data.resize(impl.read_some(data.data(), data.size()));
    return data;
}

std::string StreamSocket::recv_exactly(std::size_t bytes) {
    Impl& impl = opened(impl_);
    std::string data = impl.received.substr(impl.taken, bytes);
    impl.taken += data.size();
    std::size_t filled = data.size();
    data.resize(bytes);
    while (filled < bytes) {
        const std::size_t got = impl.read_some(data.data() + filled, bytes - filled);
        if (got == 0) throw Error(errc::connection_closed, "the connection ended before what was to come");
        filled += got;
    }
    return data;
}

std::optional<std::string> StreamSocket::recv_line(std::size_t max_bytes) {
    Impl& impl = opened(impl_);
    for (std::size_t searched = impl.taken;;) {
        const std::size_t newline = impl.received.find('\n', searched);
        const std::size_t left = std::min(newline, impl.received.size()) - impl.taken;
        if (left > max_bytes) throw Error(errc::limit_exceeded, "a line is too long");
        if (newline != std::string::npos) {
            std::string line = impl.received.substr(impl.taken, left);
            impl.taken = newline + 1;
            if (line.ends_with('\r')) line.pop_back();
            return line;
        }
        searched = left;  // fill() moves it to the front
        if (impl.fill()) continue;
        if (left == 0) return std::nullopt;
        return std::exchange(impl.received, {});
    }
}

std::size_t StreamSocket::send(std::string_view data) { return opened(impl_).write_some(data.data(), data.size()); }

void StreamSocket::sendall(std::string_view data) {
    Impl& impl = opened(impl_);
    while (!data.empty()) data.remove_prefix(impl.write_some(data.data(), data.size()));
}

void StreamSocket::set_timeout(Duration limit) noexcept {
    if (impl_) impl_->limit = limit;
}

void StreamSocket::shutdown() {
    Impl& impl = opened(impl_);
    if (::shutdown(impl.socket.native_handle(), SHUT_WR) < 0 && errno != ENOTCONN) io::fail(errno, "shutdown");
}

void StreamSocket::close() noexcept {
    if (!impl_) return;
    boost::system::error_code ignored;
    impl_->socket.close(ignored);
}

bool StreamSocket::is_open() const noexcept { return impl_ && impl_->socket.is_open(); }

Address StreamSocket::peer() const { return io::peer_of(opened(impl_).socket.native_handle()); }

Address StreamSocket::local() const { return io::local_of(opened(impl_).socket.native_handle()); }

int StreamSocket::native_handle() const noexcept { return is_open() ? impl_->socket.native_handle() : -1; }

namespace {

// RFC 8305, 5: so long is one address alone in being tried.
constexpr std::chrono::milliseconds attempt_delay{250};

/// RFC 8305, 4: the families take turns, beginning with the one that the system prefers.
std::vector<Address> interleaved(std::vector<Address> addresses) {
    const auto is_v6 = [](const Address& each) { return each.host.find(':') != std::string::npos; };
    if (addresses.empty()) return addresses;
    const bool first = is_v6(addresses.front());
    const auto middle = std::stable_partition(addresses.begin(), addresses.end(),
                                              [&](const Address& each) { return is_v6(each) == first; });
    std::vector<Address> order;
    order.reserve(addresses.size());
    auto one = addresses.begin();
    auto other = middle;
    while (one != middle || other != addresses.end()) {
        if (one != middle) order.push_back(std::move(*one++));
        if (other != addresses.end()) order.push_back(std::move(*other++));
    }
    return order;
}

/// What became of one attempt: `impl` when it is connected.
struct Attempt {
    std::unique_ptr<StreamSocket::Impl> impl;
    std::exception_ptr failure;
};

/// The first of the addresses that answers; each is tried when the one before has failed or kept us waiting.
std::unique_ptr<StreamSocket::Impl> connect_to_first(const std::vector<Address>& addresses, const std::string& name) {
    Queue<Attempt> ended;
    detail::KilledAtEnd others;  // they refer to what is here
    std::exception_ptr failure;
    std::size_t under_way = 0;
    for (std::size_t next = 0; next < addresses.size() || under_way > 0;) {
        if (next < addresses.size()) {
            others.add(spawn([&ended, &name, &address = addresses[next]] {
                Attempt attempt;
                try {
                    if (const int error = connect_one(address, attempt.impl)) io::fail(error, name);
                } catch (const std::exception&) {
                    attempt.failure = std::current_exception();
                }
                ended.put(std::move(attempt));
            }));
            ++next;
            ++under_way;
        }
        auto attempt = ended.try_get(next < addresses.size() ? Duration(attempt_delay) : forever);
        if (!attempt) continue;
        --under_way;
        if (attempt->impl) return std::move(attempt->impl);
        failure = attempt->failure;
    }
    std::rethrow_exception(std::move(failure));
}

}  // namespace

std::unique_ptr<StreamSocket::Impl> io::connect(const Address& address) {
    const std::vector<Address> addresses = interleaved(resolve(address));
    const std::string name = "connect to " + text_of(address);
    if (addresses.size() > 1) return connect_to_first(addresses, name);
    std::unique_ptr<StreamSocket::Impl> impl;
    if (addresses.empty()) io::fail(EADDRNOTAVAIL, name);
    if (const int error = connect_one(addresses.front(), impl)) io::fail(error, name);
    return impl;
}

StreamSocket create_connection(const Address& address, Duration limit) {
    detail::require_greenlet("create_connection");
    std::unique_ptr<StreamSocket::Impl> impl;
    if (!io::within(limit, [&] { impl = io::connect(address); })) {
        throw TimeoutError("connect to " + io::text_of(address));
    }
    return StreamSocket(std::move(impl));
}

}  // namespace sio
