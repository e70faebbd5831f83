#pragma once

#include <chrono>

#include <sio/detail/wait_queue.hpp>
#include <sio/greenlet.hpp>

namespace sio {

/// A clock that ticks at a fixed rate: ticks do not drift, however long the work between them takes.
///
///     for (sio::Ticker ticker(1s);; ticker.wait()) report();
///
/// Threads: one greenlet at a time. Errors: as sio::sleep().
class Ticker {
public:
    /// A period of zero or less ticks without a pause; one that reaches beyond the clock's end never does.
    explicit Ticker(Duration period) noexcept : period_(period), next_(after(Clock::now(), period)) {}

    /// Blocks until the next tick. Ticks that were missed are left out: the result says how many.
    std::size_t wait() {
        const auto now = Clock::now();
        std::size_t missed = 0;
        if (period_ > Duration::zero() && now >= after(next_, period_)) {
            missed = static_cast<std::size_t>((now - next_) / period_);
            next_ += period_ * static_cast<Duration::rep>(missed);
        }
        sleep(next_ == Clock::time_point::max() ? forever : next_ - now);
        next_ = after(next_, period_);
        return missed;
    }

private:
    using Clock = std::chrono::steady_clock;

    static constexpr Clock::time_point after(Clock::time_point time, Duration period) noexcept {
        if (period <= Duration::zero()) return time;
        return period > Clock::time_point::max() - time ? Clock::time_point::max() : time + period;
    }

    Duration period_;
    Clock::time_point next_;
};

}  // namespace sio
