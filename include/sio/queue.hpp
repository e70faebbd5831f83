#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

#include <sio/error.hpp>
#include <sio/semaphore.hpp>

namespace sio {

/// Values that some greenlets put and others get, first in, first out. gevent: `gevent.queue.Queue`.
///
/// Threads: every member from any; blocking ones in a greenlet of any loop. Must outlive those that wait.
template <class T>
class Queue {
public:
    /// `capacity`: how many values may wait; 0: any number. A put into a full queue blocks.
    explicit Queue(std::size_t capacity = 0) : capacity_(capacity), slots_(capacity) {}

    /// Appends a value. Throws Timeout when the queue stayed full for `limit`; the value is then lost, see try_put().
    /// Throws Error(errc::not_in_greenlet) when it would block, GreenletExit, and the Timeout of a TimeoutScope.
    void put(T value, Duration limit = forever) {
        if (!try_put(value, limit)) throw Timeout("Queue::put");
    }
    /// The same, but returns false when the queue stayed full; `value` is moved from only on success.
    bool try_put(T& value, Duration limit = Duration::zero()) {
        if (capacity_ != 0 && !slots_.acquire(limit)) return false;
        try {
            const std::lock_guard lock(mutex_);
            values_.push_back(std::move(value));
        } catch (...) {
            if (capacity_ != 0) slots_.release();
            throw;
        }
        filled_.release();
        return true;
    }

    /// The oldest value. Throws Timeout when none came within `limit`, and what put() throws.
    T get(Duration limit = forever) {
        std::optional<T> value = try_get(limit);
        if (!value) throw Timeout("Queue::get");
        return std::move(*value);
    }
    /// The same, but empty when none came.
    std::optional<T> try_get(Duration limit = Duration::zero()) {
        if (!filled_.acquire(limit)) return std::nullopt;
        std::optional<T> value;
        {
            const std::lock_guard lock(mutex_);
            value.emplace(std::move(values_.front()));
            values_.pop_front();
        }
        if (capacity_ != 0) slots_.release();
        return value;
    }

    /// Values in the queue.
    std::size_t size() const {
        const std::lock_guard lock(mutex_);
        return values_.size();
    }
    bool empty() const { return size() == 0; }
    std::size_t capacity() const noexcept { return capacity_; }

private:
    const std::size_t capacity_;
    Semaphore slots_;
    Semaphore filled_{0};
    mutable std::mutex mutex_;
    std::deque<T> values_;
};

}  // namespace sio
