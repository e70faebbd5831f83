#pragma once

#include <cstddef>

#include <sio/detail/wait_queue.hpp>

namespace sio {

/// A counter of permits that greenlets take and give back. gevent: `gevent.lock.Semaphore`.
///
/// With one permit it is a mutex between greenlets: std::lock_guard and std::unique_lock take it (Lockable).
/// Permits are handed over in the order in which they were asked for.
/// Threads: every member from any; blocking ones in a greenlet of any loop. Must outlive those that wait.
class Semaphore {
public:
    explicit Semaphore(std::size_t permits = 1) noexcept : permits_(permits) {}

    /// Takes a permit: true; false when `limit` passed first. Does not suspend when there is one.
    /// Throws Error(errc::not_in_greenlet), GreenletExit, and the Timeout of a TimeoutScope.
    bool acquire(Duration limit = forever);
    /// Gives `permits` back, or adds them.
    void release(std::size_t permits = 1);
    /// Permits that nobody holds.
    std::size_t available() const;

    void lock() { acquire(); }
    bool try_lock() { return acquire(Duration::zero()); }
    bool try_lock_for(Duration limit) { return acquire(limit); }
    void unlock() { release(); }

protected:
    /// release(), unless more than `bound` permits would be free then.
    void release_up_to(std::size_t permits, std::size_t bound);

private:
    void give(std::size_t permits);

    mutable detail::WaitQueue waiting_;
    std::size_t permits_;
};

}  // namespace sio
