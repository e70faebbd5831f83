#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include "greenlet/loop.hpp"
#include "net/file_descriptor.hpp"
#include "util/timer_wheel.hpp"

namespace sio::net {

/// Who is told of what happens on a descriptor.
class Pollable {
public:
    /// `events`: those of epoll(7) that have come up since the last call. It may add and remove any, itself too.
    virtual void on_events(std::uint32_t events) = 0;

protected:
    ~Pollable() = default;
};

/// The sockets of a shard: an epoll of their own, edge-triggered, whose descriptor the loop's Asio waits for.
///
/// Asio would take some 350 bytes for each socket that waits, an allocation for each wait, and a second system call for
/// each message; here a socket is a pointer in the kernel. docs/design/net.md has the figures.
/// Threads: the loop's. Lifetime: what was added must have been removed.
class Poller {
public:
    explicit Poller(greenlet::Loop& loop);
    ~Poller();
    Poller(const Poller&) = delete;
    Poller& operator=(const Poller&) = delete;

    /// From now on `pollable` hears when there is something to read, or the peer has closed. Throws std::system_error,
    /// such as ENOSPC beyond the user's limit of epoll(7).
    void add(int descriptor, Pollable& pollable);
    /// It hears too when a descriptor that took no more may be written to again: at once, if it may be now.
    void watch_writing(int descriptor, Pollable& pollable);
    void remove(int descriptor, const Pollable& pollable) noexcept;

private:
    /// Of one look at the sockets: the others have their turn when these are done.
    static constexpr std::size_t max_events = 512;

    void control(int operation, int descriptor, std::uint32_t events, Pollable& pollable);
    void wait();
    void wait_or_retry() noexcept;
    void dispatch();

    greenlet::Loop& loop_;
    FileDescriptor epoll_;
    boost::asio::posix::basic_stream_descriptor<greenlet::Loop::Executor> ready_;
    std::array<::epoll_event, max_events> events_;
    std::size_t next_ = 0;
    std::size_t count_ = 0;
    util::Timer retry_;
    /// A completed wait may still be queued when this object ends.
    std::shared_ptr<Poller*> alive_;
};

}  // namespace sio::net
