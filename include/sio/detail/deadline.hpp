#pragma once

#include <chrono>

#include <sio/detail/wait_queue.hpp>

namespace sio::detail {

/// One time limit for several blocking calls.
class Deadline {
public:
    explicit Deadline(Duration limit) noexcept
        : end_(limit >= Clock::time_point::max() - Clock::now() ? Clock::time_point::max() : Clock::now() + limit) {}

    /// For the next call: what is left of the limit; `forever` of none.
    Duration left() const noexcept { return end_ == Clock::time_point::max() ? forever : end_ - Clock::now(); }
    bool passed() const noexcept { return left() <= Duration::zero(); }

private:
    using Clock = std::chrono::steady_clock;
    Clock::time_point end_;
};

}  // namespace sio::detail
