#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include <sio/detail/deadline.hpp>
#include <sio/detail/wait_queue.hpp>
#include <sio/pool_options.hpp>

namespace sio::detail {

/// A connection as its pool sees it.
class Pooled {
public:
    using Clock = std::chrono::steady_clock;

    Pooled() = default;
    Pooled(const Pooled&) = delete;
    Pooled& operator=(const Pooled&) = delete;
    /// Closes it; must not block.
    virtual ~Pooled() = default;
    virtual bool reusable() noexcept = 0;
    virtual void check() = 0;

private:
    friend class PoolCore;
    const Clock::time_point opened_ = Clock::now();
    Clock::time_point used_ = opened_;
};

/// What a ConnectionPool does, without the type of its connections.
///
/// A connection, and the right to open one, are handed over: while greenlets wait, nothing is idle and all places are taken,
/// and whoever frees one gives it to the greenlet that has waited longest. Connections are opened, checked and closed
/// without the lock.
class PoolCore {
public:
    using Member = std::unique_ptr<Pooled>;
    using Open = std::function<Member()>;

    PoolCore(const PoolOptions& options, Open open);

    Member acquire() { return acquire(options_.acquire_timeout); }
    Member acquire(Duration limit);
    void release(Member member) noexcept;
    void discard(Member member) noexcept;
    void fill();
    void close() noexcept;
    PoolStats stats() const;

private:
    /// What a waiting greenlet is woken with: a connection, a free place, or neither when the pool has been closed.
    struct Handover {
        Member member;
        bool place = false;
    };
    class Place;

    Handover wait_for_turn(const Deadline& deadline, Duration limit);
    bool usable(Pooled& member);
    bool too_old(const Pooled& member, Pooled::Clock::time_point now) const noexcept;
    void free_place() noexcept;
    std::vector<Member> take_forgotten();
    [[noreturn]] void throw_timeout(const Deadline& deadline, Duration limit) const;

    const PoolOptions options_;
    const Open open_;
    mutable WaitQueue waiting_;
    std::vector<Member> idle_;  // the one that was used last at the end
    std::size_t members_ = 0;   // places that are taken: idle, lent, being opened
    std::size_t waiters_ = 0;
    bool closed_ = false;
};

}  // namespace sio::detail
