#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <utility>

namespace sio::net {

/// Bytes that have arrived and were not consumed yet. A pointer, and no memory while empty.
///
/// Appending is amortised constant: an incomplete message of a megabyte that arrives in small pieces is not copied for
/// each of them.
class KeptBytes {
public:
    KeptBytes() noexcept = default;

    bool empty() const noexcept { return block_ == nullptr; }
    std::size_t size() const noexcept { return block_ ? block_->end - block_->begin : 0; }
    char* data() noexcept { return block_ ? block_->bytes() + block_->begin : nullptr; }

    void append(const char* bytes, std::size_t count) {
        if (count == 0) return;
        if (!block_ || block_->capacity - block_->end < count) make_room(count);
        std::memcpy(block_->bytes() + block_->end, bytes, count);
        block_->end += count;
    }
    void consume(std::size_t count) noexcept {
        if (count == 0) return;
        block_->begin += count;
        if (block_->begin == block_->end) clear();
    }
    void clear() noexcept { block_.reset(); }

private:
    /// Stands in front of its bytes.
    struct Block {
        std::size_t begin;
        std::size_t end;
        std::size_t capacity;

        char* bytes() noexcept { return reinterpret_cast<char*>(this + 1); }
    };
    struct Free {
        void operator()(Block* block) const noexcept { ::operator delete(block); }
    };
    using BlockPtr = std::unique_ptr<Block, Free>;

    void make_room(std::size_t count) {
        const auto held = size();
        // Moving to the front is worth it only when it frees at least half: otherwise it would not be amortised.
        if (block_ && held + count <= block_->capacity && block_->begin >= block_->capacity / 2) {
            std::memmove(block_->bytes(), data(), held);
            block_->begin = 0;
            block_->end = held;
            return;
        }
        const auto capacity = std::max(held + count, held * 2);
        BlockPtr larger(new (::operator new(sizeof(Block) + capacity)) Block{0, held, capacity});
        if (held != 0) std::memcpy(larger->bytes(), data(), held);
        block_ = std::move(larger);
    }

    BlockPtr block_;
};

}  // namespace sio::net
