#include "net/poller.hpp"

#include <fcntl.h>

#include <cerrno>
#include <chrono>
#include <exception>
#include <string>
#include <system_error>

#include <sio/log.hpp>

#include "util/exception_text.hpp"

namespace sio::net {

namespace {

constexpr std::uint32_t read_events = EPOLLIN | EPOLLRDHUP | EPOLLET;

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

}  // namespace

// Asio closes the descriptor that it is given, hence one of its own.
Poller::Poller(greenlet::Loop& loop)
    : loop_(loop),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      ready_(loop.executor()),
      retry_([](void* self) { static_cast<Poller*>(self)->dispatch(); }, this),
      alive_(std::make_shared<Poller*>(this)) {
    if (!epoll_) fail("epoll_create1");
    FileDescriptor copy(::fcntl(epoll_.get(), F_DUPFD_CLOEXEC, 0));
    if (!copy) fail("fcntl");
    ready_.assign(copy.get());
    static_cast<void>(copy.release());
    wait();
}

Poller::~Poller() { *alive_ = nullptr; }

void Poller::control(int operation, int descriptor, std::uint32_t events, Pollable& pollable) {
    ::epoll_event event{};
    event.events = events;
    event.data.ptr = &pollable;
    if (::epoll_ctl(epoll_.get(), operation, descriptor, &event) != 0) fail("epoll_ctl");
}

void Poller::add(int descriptor, Pollable& pollable) { control(EPOLL_CTL_ADD, descriptor, read_events, pollable); }

void Poller::watch_writing(int descriptor, Pollable& pollable) {
    control(EPOLL_CTL_MOD, descriptor, read_events | EPOLLOUT, pollable);
}

void Poller::remove(int descriptor, const Pollable& pollable) noexcept {
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, descriptor, nullptr);
    for (std::size_t i = next_; i < count_; ++i) {
        if (events_[i].data.ptr == &pollable) events_[i].data.ptr = nullptr;
    }
}

void Poller::wait() {
    ready_.async_wait(boost::asio::posix::descriptor_base::wait_read,
                      [alive = alive_](const boost::system::error_code& error) {
                          if (*alive == nullptr || error == boost::asio::error::operation_aborted) return;
                          error ? (*alive)->wait_or_retry() : (*alive)->dispatch();
                      });
}

// Waiting takes memory. When there is none, the sockets are looked at again soon: without that, nobody ever would.
void Poller::wait_or_retry() noexcept {
    try {
        wait();
    } catch (...) {
        util::log_escaped("net", "waiting for sockets");
        try {
            retry_.arm(loop_.timers(), std::chrono::milliseconds(10));
        } catch (...) {
            util::log_escaped("net", "waiting for sockets later");
        }
    }
}

void Poller::dispatch() {
    const auto alive = alive_;  // whoever is called may end the shard
    const int count = ::epoll_wait(epoll_.get(), events_.data(), max_events, 0);
    count_ = count > 0 ? static_cast<std::size_t>(count) : 0;
    for (next_ = 0; next_ < count_;) {
        const ::epoll_event event = events_[next_++];
        if (event.data.ptr == nullptr) continue;
        try {
            static_cast<Pollable*>(event.data.ptr)->on_events(event.events);
        } catch (...) {
            log(LogLevel::error, "net", util::exception_text(std::current_exception()));
        }
        if (*alive == nullptr) return;
    }
    count_ = 0;
    wait_or_retry();
}

}  // namespace sio::net
