#pragma once

#include <cstddef>
#include <deque>
#include <utility>

#include <sio/detail/buffered_queue.hpp>

namespace sio {

namespace detail {

template <class T>
class FifoStorage {
public:
    void push(T&& value) { values_.push_back(std::move(value)); }
    T pop() {
        T value = std::move(values_.front());
        values_.pop_front();
        return value;
    }
    const T& front() const { return values_.front(); }
    std::size_t size() const noexcept { return values_.size(); }

private:
    std::deque<T> values_;
};

}  // namespace detail

/// Values that some greenlets put and others get, first in, first out. gevent: `gevent.queue.Queue`.
///
/// Values and waiting greenlets are served in the order in which they came. `T` moves; it need not copy.
/// Threads: every member from any; blocking ones in a greenlet of any loop. Must outlive those that wait.
template <class T>
class Queue : public detail::BufferedQueue<T, detail::FifoStorage<T>> {
public:
    /// `capacity`: how many values may wait; 0: any number. A put into a full queue blocks.
    explicit Queue(std::size_t capacity = 0)
        : detail::BufferedQueue<T, detail::FifoStorage<T>>(capacity, {}, "Queue::put", "Queue::get") {}
};

}  // namespace sio
