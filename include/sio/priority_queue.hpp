#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include <sio/detail/handover.hpp>

namespace sio {

namespace detail {

// A heap with the least value at the front, for which the standard's algorithms take the comparison the other way round.
template <class T, class Less>
class HeapStorage {
public:
    explicit HeapStorage(Less less) : less_(std::move(less)) {}

    void push(T&& value) {
        values_.push_back(std::move(value));
        std::push_heap(values_.begin(), values_.end(), greater());
    }
    T pop() {
        std::pop_heap(values_.begin(), values_.end(), greater());
        T value = std::move(values_.back());
        values_.pop_back();
        return value;
    }
    const T& front() const { return values_.front(); }
    std::size_t size() const noexcept { return values_.size(); }

private:
    auto greater() const {
        return [this](const T& a, const T& b) { return less_(b, a); };
    }

    Less less_;
    std::vector<T> values_;
};

}  // namespace detail

/// A queue from which the least value is got first, as `Less` orders them; of equal ones, any.
/// gevent: `gevent.queue.PriorityQueue`.
///
/// Members, threads and errors: as Queue.
template <class T, class Less = std::less<>>
class PriorityQueue : public detail::Handover<T, detail::HeapStorage<T, Less>> {
    using Base = detail::Handover<T, detail::HeapStorage<T, Less>>;

public:
    /// `capacity`: how many values may wait; 0: any number. A put into a full queue blocks.
    explicit PriorityQueue(std::size_t capacity = 0, Less less = {})
        : Base(capacity == 0 ? Base::unlimited : capacity, detail::HeapStorage<T, Less>(std::move(less)),
               "PriorityQueue::put", "PriorityQueue::get"),
          capacity_(capacity) {}

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
