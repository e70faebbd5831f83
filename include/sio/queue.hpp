#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

#include <sio/detail/handover.hpp>

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
class Queue : public detail::Handover<T, detail::FifoStorage<T>> {
    using Base = detail::Handover<T, detail::FifoStorage<T>>;

public:
    /// `capacity`: how many values may wait; 0: any number. A put into a full queue blocks.
    explicit Queue(std::size_t capacity = 0)
        : Base(capacity == 0 ? Base::unlimited : capacity, {}, "Queue::put", "Queue::get"), capacity_(capacity) {}

    /// As given to the constructor.
    std::size_t capacity() const noexcept { return capacity_; }
    bool full() const { return capacity_ != 0 && this->size() >= capacity_; }
    /// A copy of the value that get() would return, which stays in the queue; empty when there is none.
    std::optional<T> peek() const {
        return this->with_stored([](const auto& stored, std::size_t unreserved) {
            return unreserved > 0 ? std::optional<T>(stored.front()) : std::nullopt;
        });
    }

private:
    const std::size_t capacity_;
};

}  // namespace sio
