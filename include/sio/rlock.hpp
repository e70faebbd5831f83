#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include <sio/semaphore.hpp>

namespace sio {

/// A mutex between greenlets that its owner may lock again; as std::recursive_timed_mutex is for threads, so that
/// std::lock_guard, std::unique_lock and std::scoped_lock take it. gevent: `gevent.lock.RLock`.
///
/// Handed over in the order in which it was asked for. Threads: every member in a greenlet of any loop; owned by a
/// greenlet, not by a thread. Must outlive those that wait.
class RLock {
public:
    RLock() noexcept = default;
    RLock(const RLock&) = delete;
    RLock& operator=(const RLock&) = delete;

    /// Throws Error(errc::not_in_greenlet), GreenletExit, and the Timeout of a TimeoutScope; it is then not locked.
    void lock() { try_lock_for(forever); }
    bool try_lock() { return try_lock_for(Duration::zero()); }
    /// False when `limit` passed first.
    bool try_lock_for(Duration limit);
    /// Throws std::system_error(operation_not_permitted) when the calling greenlet does not own it.
    void unlock();

    /// Whether the calling greenlet owns it.
    bool owned() const noexcept;

private:
    Semaphore free_{1};
    std::atomic<std::uint64_t> owner_{0};  // the greenlet's id; 0: nobody
    std::size_t depth_ = 0;                // the owner's
};

}  // namespace sio
