#include "io/wait_descriptor.hpp"

#include <poll.h>
#include <sys/epoll.h>

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <cerrno>
#include <system_error>

#include <sio/asio.hpp>

#include "greenlet/loop.hpp"
#include "io/fail.hpp"
#include "io/limited.hpp"

namespace sio {

// What has to wait is not registered with Asio itself, but an epoll set that holds it: Asio would make the descriptor
// non-blocking for everybody who shares it, and could have it only once.
bool io::wait_descriptor(int descriptor, std::uint32_t events, Duration limit) {
    constexpr const char* call = "wait for a descriptor";
    detail::require_greenlet(call);
    pollfd state{descriptor, static_cast<short>(events), 0};  // epoll's names have poll's values
    const int ready = ::poll(&state, 1, 0);
    if (descriptor < 0 || (state.revents & POLLNVAL) != 0) {
        fail(EBADF, call);
    }
    if (ready > 0) return true;
    if (limit <= Duration::zero()) return false;

    using Set = boost::asio::posix::basic_stream_descriptor<greenlet::Loop::Executor>;
    const int number = ::epoll_create1(EPOLL_CLOEXEC);
    if (number < 0) fail(errno, call);
    Set set(greenlet::Loop::current()->context(), number);
    epoll_event event{};
    event.events = events;
    if (::epoll_ctl(number, EPOLL_CTL_ADD, descriptor, &event) < 0) fail(errno, call);
    return within(limit, [&] { set.async_wait(Set::wait_read, yield); });
}

bool wait_readable(int descriptor, Duration limit) {
    return io::wait_descriptor(descriptor, EPOLLIN | EPOLLRDHUP, limit);
}

bool wait_writable(int descriptor, Duration limit) { return io::wait_descriptor(descriptor, EPOLLOUT, limit); }

}  // namespace sio
