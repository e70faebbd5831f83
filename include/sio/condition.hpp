#pragma once

#include <concepts>
#include <utility>

#include <sio/detail/deadline.hpp>
#include <sio/detail/wait_queue.hpp>

namespace sio {

/// Greenlets that wait until something that a lock protects has changed; as std::condition_variable_any is for threads.
/// Python: `threading.Condition`.
///
///     std::unique_lock lock(mutex);                    // a Semaphore or an RLock, locked once
///     changed.wait(lock, [&] { return !jobs.empty(); });
///
/// Threads: every member from any; wait() in a greenlet of any loop. Must outlive those that wait.
class Condition {
public:
    void notify_one() {
        const auto lock = waiting_.lock();
        waiting_.wake_one();
    }
    void notify_all() {
        const auto lock = waiting_.lock();
        waiting_.wake_all();
    }

    /// Unlocks `lock`, blocks until notified (true) or `limit` has passed (false), and locks it again, whichever way the
    /// call ends. Not woken for no reason; but others may have run between the notification and the return.
    /// Throws Error(errc::not_in_greenlet), GreenletExit, and the Timeout of a TimeoutScope.
    template <class Lock>
    bool wait(Lock& lock, Duration limit = forever) {
        detail::require_greenlet("Condition::wait");
        auto inner = waiting_.lock();
        lock.unlock();  // a notification that comes from now on waits for `inner`
        const Relock relock{lock};
        return waiting_.wait(inner, limit, "Condition::wait");
    }
    /// Blocks until `holds()`, which is called with the lock held: true; false when `limit` passed first.
    template <class Lock, std::predicate Predicate>
    bool wait(Lock& lock, Predicate holds, Duration limit = forever) {
        const detail::Deadline deadline(limit);
        while (!holds()) {
            if (!wait(lock, deadline.left())) return holds();
        }
        return true;
    }

private:
    template <class Lock>
    struct Relock {
        Lock& lock;
        ~Relock() {
            const Shield shield;
            lock.lock();
        }
    };

    detail::WaitQueue waiting_;
};

}  // namespace sio
