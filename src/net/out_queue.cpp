#include "net/out_queue.hpp"

#include <sys/uio.h>

#include <algorithm>
#include <cassert>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

namespace sio::net {

/// A piece of the queue: either bytes of its own, which follow it in memory, or a reference to a shared string.
struct OutQueue::Segment {
    Segment* next = nullptr;
    const char* data = nullptr;
    std::size_t begin = 0;
    std::size_t end = 0;
    /// Room behind this object; 0 for a reference.
    std::size_t capacity = 0;
    std::shared_ptr<const std::string> shared;

    char* room() noexcept { return reinterpret_cast<char*>(this + 1); }
    std::size_t size() const noexcept { return end - begin; }
};

namespace {

/// Blocks that a shard keeps for its next burst: 1 MB.
constexpr std::size_t kept_blocks = 256;

}  // namespace

OutQueue::Pool::~Pool() {
    while (free_ != nullptr) {
        auto* next = free_->next;
        free_->~Segment();
        ::operator delete(free_);
        free_ = next;
    }
}

OutQueue::~OutQueue() { assert(empty()); }

OutQueue::Segment* OutQueue::allocate(Pool& pool, std::size_t at_least) {
    constexpr auto block_capacity = block_size - sizeof(Segment);
    if (at_least <= block_capacity && pool.free_ != nullptr) {
        auto* segment = pool.free_;
        pool.free_ = std::exchange(segment->next, nullptr);
        --pool.count_;
        return segment;
    }
    const auto capacity = std::max(at_least, block_capacity);
    auto* segment = new (::operator new(sizeof(Segment) + capacity)) Segment;
    segment->capacity = capacity;
    segment->data = segment->room();
    return segment;
}

void OutQueue::release(Pool& pool, Segment* segment) noexcept {
    if (segment->capacity == block_size - sizeof(Segment) && pool.count_ < kept_blocks) {
        segment->begin = segment->end = 0;
        segment->next = std::exchange(pool.free_, segment);
        ++pool.count_;
        return;
    }
    segment->~Segment();
    ::operator delete(segment);
}

void OutQueue::push(Segment* segment) noexcept {
    (tail_ == nullptr ? head_ : tail_->next) = segment;
    tail_ = segment;
}

void OutQueue::append(Pool& pool, std::string_view bytes) {
    if (bytes.empty()) return;
    if (lone_) settle_lone(pool);
    auto rest = bytes;
    if (tail_ != nullptr && tail_->end < tail_->capacity) {
        const auto fits = std::min(rest.size(), tail_->capacity - tail_->end);
        std::memcpy(tail_->room() + tail_->end, rest.data(), fits);
        tail_->end += fits;
        bytes_ += fits;
        rest.remove_prefix(fits);
    }
    if (rest.empty()) return;
    auto* segment = allocate(pool, rest.size());
    std::memcpy(segment->room(), rest.data(), rest.size());
    segment->end = rest.size();
    push(segment);
    bytes_ += rest.size();
}

void OutQueue::append(Pool& pool, const std::shared_ptr<const std::string>& bytes) {
    if (bytes->empty()) return;
    if (empty()) {
        lone_ = bytes;
        bytes_ = bytes->size();
        return;
    }
    if (bytes->size() <= copy_limit) return append(pool, std::string_view(*bytes));
    if (lone_) settle_lone(pool);
    push(bytes);
}

void OutQueue::push(const std::shared_ptr<const std::string>& bytes) {
    auto* segment = new (::operator new(sizeof(Segment))) Segment;
    segment->shared = bytes;
    segment->data = bytes->data();
    segment->end = bytes->size();
    push(segment);
    bytes_ += bytes->size();
}

/// Makes the lone string the first of several pieces.
void OutQueue::settle_lone(Pool& pool) {
    const auto bytes = std::exchange(lone_, nullptr);
    bytes_ = 0;
    if (bytes->size() <= copy_limit) return append(pool, std::string_view(*bytes));
    push(bytes);
}

std::size_t OutQueue::gather(::iovec* pieces, std::size_t count) const noexcept {
    std::size_t used = 0;
    if (lone_ && count != 0) pieces[used++] = {const_cast<char*>(lone_->data()), lone_->size()};
    for (auto* segment = head_; segment != nullptr && used < count; segment = segment->next, ++used) {
        pieces[used].iov_base = const_cast<char*>(segment->data + segment->begin);
        pieces[used].iov_len = segment->size();
    }
    return used;
}

std::size_t OutQueue::peek(char* out, std::size_t count) const noexcept {
    if (lone_) return lone_->copy(out, count);
    std::size_t copied = 0;
    for (auto* segment = head_; segment != nullptr && copied < count; segment = segment->next) {
        const auto piece = std::min(segment->size(), count - copied);
        std::memcpy(out + copied, segment->data + segment->begin, piece);
        copied += piece;
    }
    return copied;
}

std::string OutQueue::take_all(Pool& pool) {
    std::string all(bytes_, '\0');
    peek(all.data(), all.size());
    clear(pool);
    return all;
}

std::string_view OutQueue::front() const noexcept {
    if (lone_) return *lone_;
    return head_ == nullptr ? std::string_view() : std::string_view(head_->data + head_->begin, head_->size());
}

void OutQueue::consume(Pool& pool, std::size_t count) noexcept {
    assert(count <= bytes_);
    if (lone_) {
        if (count == bytes_) {
            lone_.reset();
            bytes_ = 0;
            return;
        }
        push(std::exchange(lone_, nullptr));
        bytes_ = head_->size();
    }
    bytes_ -= count;
    while (head_ != nullptr && count >= head_->size()) {
        auto* segment = head_;
        count -= segment->size();
        head_ = segment->next;
        if (head_ == nullptr) tail_ = nullptr;
        release(pool, segment);
    }
    if (count != 0) head_->begin += count;
}

}  // namespace sio::net
