#pragma once

#include <cstddef>
#include <mutex>
#include <utility>

#include <sio/error.hpp>
#include <sio/event.hpp>
#include <sio/queue.hpp>

namespace sio {

/// A Queue that knows when all that was put into it has been dealt with, not only got: whoever gets a value calls
/// task_done() when it is through with it, and join() blocks until none is left. gevent: `gevent.queue.JoinableQueue`.
///
/// Members that are not explained, threads and errors: as Queue.
template <class T>
class JoinableQueue : private Queue<T> {
public:
    /// `capacity`: as Queue's.
    explicit JoinableQueue(std::size_t capacity = 0) : Queue<T>(capacity) { none_left_.set(); }

    void put(T value, Duration limit = forever) {
        if (!try_put(value, limit)) throw TimeoutError("JoinableQueue::put");
    }
    bool try_put(T& value, Duration limit = Duration::zero()) {
        struct Counted {  // before anybody can get it
            JoinableQueue& queue;
            bool done = false;
            explicit Counted(JoinableQueue& of) : queue(of) { queue.begin(); }
            ~Counted() {
                if (!done) queue.finish();
            }
        } counted{*this};
        return counted.done = Queue<T>::try_put(value, limit);
    }
    bool try_put(T&& value, Duration limit = Duration::zero()) { return try_put(value, limit); }
    using Queue<T>::get;
    using Queue<T>::try_get;

    /// One value that somebody got has been dealt with. Throws Error(errc::invalid_value) when there is none left.
    void task_done() {
        if (!finish())
            throw Error(errc::invalid_value, "JoinableQueue::task_done: called for more values than were put");
    }
    /// Blocks until every value that was put has been dealt with: true; false when `limit` passed first.
    /// Throws what Event::wait() throws.
    bool join(Duration limit = forever) {
        const bool all = none_left_.wait(limit);
        const std::lock_guard lock(mutex_);  // finish() has let go: the caller may destroy the queue
        return all;
    }
    /// Values that were put and not dealt with.
    std::size_t unfinished_tasks() const {
        const std::lock_guard lock(mutex_);
        return unfinished_;
    }

    using Queue<T>::capacity;
    using Queue<T>::empty;
    using Queue<T>::full;
    using Queue<T>::peek;
    using Queue<T>::size;

private:
    void begin() {
        const std::lock_guard lock(mutex_);
        if (unfinished_++ == 0) none_left_.clear();
    }

    bool finish() {
        const std::lock_guard lock(mutex_);
        if (unfinished_ == 0) return false;
        if (--unfinished_ == 0) none_left_.set();
        return true;
    }

    mutable std::mutex mutex_;  // of unfinished_, and of what the event says of it
    std::size_t unfinished_ = 0;
    Event none_left_;
};

}  // namespace sio
