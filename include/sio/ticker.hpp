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
    explicit Ticker(Duration period) noexcept : period_(period), next_(Clock::now() + period) {}

    /// Blocks until the next tick. Ticks that were missed are left out: the result says how many.
    std::size_t wait() {
        const auto now = Clock::now();
        std::size_t missed = 0;
        if (now >= next_ + period_ && period_ > Duration::zero()) {
            missed = static_cast<std::size_t>((now - next_) / period_);
            next_ += period_ * static_cast<Duration::rep>(missed);
        }
        sleep(next_ - now);
        next_ += period_;
        return missed;
    }

private:
    using Clock = std::chrono::steady_clock;
    Duration period_;
    Clock::time_point next_;
};

}  // namespace sio
