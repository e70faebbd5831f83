#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <utility>

namespace sio::net {

/// Bytes that have arrived and were not consumed yet. Holds no memory while empty.
///
/// Appending is amortised constant: an incomplete message of a megabyte that arrives in small pieces is not copied for
/// each of them.
class KeptBytes {
public:
    KeptBytes() noexcept = default;
    KeptBytes(KeptBytes&& other) noexcept { swap(other); }
    KeptBytes& operator=(KeptBytes&& other) noexcept {
        KeptBytes(std::move(other)).swap(*this);
        return *this;
    }

    bool empty() const noexcept { return begin_ == end_; }
    std::size_t size() const noexcept { return end_ - begin_; }
    char* data() noexcept { return storage_.get() + begin_; }

    void append(const char* bytes, std::size_t count) {
        if (count == 0) return;
        if (capacity_ - end_ < count) make_room(count);
        std::memcpy(storage_.get() + end_, bytes, count);
        end_ += count;
    }
    void consume(std::size_t count) noexcept {
        begin_ += count;
        if (begin_ == end_) clear();
    }
    void clear() noexcept { KeptBytes().swap(*this); }

private:
    void make_room(std::size_t count) {
        const auto held = size();
        // Moving to the front is worth it only when it frees at least half: otherwise it would not be amortised.
        if (held + count <= capacity_ && begin_ >= capacity_ / 2) {
            std::memmove(storage_.get(), data(), held);
        } else {
            const auto capacity = std::max(held + count, held * 2);
            auto storage = std::unique_ptr<char[]>(new char[capacity]);
            if (held != 0) std::memcpy(storage.get(), data(), held);
            storage_ = std::move(storage);
            capacity_ = capacity;
        }
        begin_ = 0;
        end_ = held;
    }
    void swap(KeptBytes& other) noexcept {
        std::swap(storage_, other.storage_);
        std::swap(begin_, other.begin_);
        std::swap(end_, other.end_);
        std::swap(capacity_, other.capacity_);
    }

    std::unique_ptr<char[]> storage_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::size_t capacity_ = 0;
};

}  // namespace sio::net
