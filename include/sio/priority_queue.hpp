#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

#include <sio/detail/buffered_queue.hpp>

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
class PriorityQueue : public detail::BufferedQueue<T, detail::HeapStorage<T, Less>> {
public:
    /// `capacity`: how many values may wait; 0: any number. A put into a full queue blocks.
    explicit PriorityQueue(std::size_t capacity = 0, Less less = {})
        : detail::BufferedQueue<T, detail::HeapStorage<T, Less>>(
              capacity, detail::HeapStorage<T, Less>(std::move(less)), "PriorityQueue::put", "PriorityQueue::get") {}
};

}  // namespace sio
