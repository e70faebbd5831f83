#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

struct iovec;

namespace sio::net {

/// Bytes on their way to one peer, in order.
///
/// Small writes are copied behind each other, so that many become one piece of a system call; a shared string is kept by
/// reference when it is large, or as long as it is all that waits. Blocks of 4 KB come from a pool of the shard and go
/// back to it when they have been sent: an idle connection holds none.
class OutQueue {
    struct Segment;
    static constexpr std::size_t block_size = 4096;

public:
    /// Where queues of one shard take their blocks from. Outlives the queues.
    class Pool {
    public:
        Pool() noexcept = default;
        ~Pool();
        Pool(const Pool&) = delete;
        Pool& operator=(const Pool&) = delete;
        /// Of blocks that wait for the next queue.
        std::size_t kept_bytes() const noexcept { return count_ * block_size; }

    private:
        friend class OutQueue;
        Segment* free_ = nullptr;
        std::size_t count_ = 0;
    };

    /// Shared strings up to this size are copied behind what waits: cheaper than a reference and a piece of its own.
    static constexpr std::size_t copy_limit = 512;

    OutQueue() noexcept = default;
    OutQueue(const OutQueue&) = delete;
    OutQueue& operator=(const OutQueue&) = delete;
    /// The queue must have been cleared: only then is the pool known.
    ~OutQueue();

    bool empty() const noexcept { return bytes_ == 0; }
    std::size_t bytes() const noexcept { return bytes_; }

    void append(Pool& pool, std::string_view bytes);
    void append(Pool& pool, const std::shared_ptr<const std::string>& bytes);
    /// Whether all that waits is contiguous, and so front() is all of it.
    bool single() const noexcept { return head_ == tail_; }
    /// Describes the front of the queue in up to `count` pieces; returns how many were used.
    std::size_t gather(::iovec* pieces, std::size_t count) const noexcept;
    /// Copies up to `count` bytes of the front to `out`, without removing them; returns how many.
    std::size_t peek(char* out, std::size_t count) const noexcept;
    /// The contiguous bytes at the front.
    std::string_view front() const noexcept;
    /// Removes `count` bytes from the front.
    void consume(Pool& pool, std::size_t count) noexcept;
    void clear(Pool& pool) noexcept { consume(pool, bytes_); }
    /// All that waits, in one piece; the queue is empty then.
    std::string take_all(Pool& pool);

private:
    void push(Segment* segment) noexcept;
    void push(const std::shared_ptr<const std::string>& bytes);
    void settle_lone(Pool& pool);
    static Segment* allocate(Pool& pool, std::size_t at_least);
    static void release(Pool& pool, Segment* segment) noexcept;

    /// A shared string that is all that waits, none of it sent: a broadcast to many takes no block for each of them.
    std::shared_ptr<const std::string> lone_;
    Segment* head_ = nullptr;
    Segment* tail_ = nullptr;
    std::size_t bytes_ = 0;
};

}  // namespace sio::net
