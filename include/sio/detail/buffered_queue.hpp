#pragma once

#include <cstddef>
#include <optional>
#include <utility>

#include <sio/detail/handover.hpp>

namespace sio::detail {

/// A Handover with room for some values, or for any number: what Queue and PriorityQueue have in common.
template <class T, class Storage>
class BufferedQueue : public Handover<T, Storage> {
public:
    /// As given to the constructor.
    std::size_t capacity() const noexcept { return capacity_; }
    bool full() const { return capacity_ != 0 && this->size() >= capacity_; }
    /// A copy of the value that get() would return, which stays in the queue; empty when there is none.
    std::optional<T> peek() const {
        return this->with_stored([](const auto& stored, std::size_t unreserved) {
            return unreserved > 0 ? std::optional<T>(stored.front()) : std::nullopt;
        });
    }

protected:
    BufferedQueue(std::size_t capacity, Storage storage, const char* put, const char* get)
        : Handover<T, Storage>(capacity == 0 ? this->unlimited : capacity, std::move(storage), put, get),
          capacity_(capacity) {}
    ~BufferedQueue() = default;

private:
    const std::size_t capacity_;
};

}  // namespace sio::detail
