#pragma once

#include <chrono>
#include <mutex>

#include <sio/shield.hpp>

namespace sio {

using Duration = std::chrono::nanoseconds;

/// No time limit.
inline constexpr Duration forever = Duration::max();

}  // namespace sio

namespace sio::greenlet {
class Worker;
}

namespace sio::detail {

class QueuedWait;

/// Greenlets that wait for one thing, first come, first served, with the lock that guards that thing's state.
///
/// What is awaited is handed over: whoever wakes a greenlet has given it what it waited for, and a greenlet that was
/// woken gets it even when it is killed or its time runs out meanwhile. So nothing is lost and nobody overtakes.
/// Threads: everything from any; a greenlet of another loop is woken through that loop.
class WaitQueue {
public:
    using Lock = std::unique_lock<std::mutex>;

    WaitQueue() = default;
    ~WaitQueue();
    WaitQueue(const WaitQueue&) = delete;
    WaitQueue& operator=(const WaitQueue&) = delete;

    Lock lock() { return Lock(mutex_); }

    /// Suspends the current greenlet until it is woken (true) or `limit` has passed (false). `lock` is held on entry
    /// and released on return. `what` names the call in diagnostics.
    /// Throws Error(errc::not_in_greenlet), GreenletExit, or the Timeout of a scope; the greenlet then does not wait any
    /// more and was not woken. A limit of zero or less does not suspend.
    ///
    /// `place` is for those who wake: where they leave what they hand over, or find what they take. It is theirs from
    /// the moment at which they see it in first() until wake_one(), under the lock.
    bool wait(Lock& lock, Duration limit, const char* what, void* place = nullptr);

    /// The place of the greenlet that has waited longest; there is one. The lock is held.
    void* first() const noexcept;
    /// Wakes the greenlet that has waited longest; false when none waits. The lock is held.
    bool wake_one();
    /// The lock is held.
    void wake_all();
    bool empty() const noexcept { return first_ == nullptr; }

private:
    friend class QueuedWait;

    std::mutex mutex_;
    QueuedWait* first_ = nullptr;
    QueuedWait* last_ = nullptr;
};

/// Throws Error(errc::not_in_greenlet), naming `call`, outside a greenlet.
void require_greenlet(const char* call);

}  // namespace sio::detail
