#pragma once

#include <algorithm>
#include <chrono>
#include <random>

#include <sio/greenlet.hpp>
#include <sio/redis/options.hpp>

namespace sio::redis {

/// The pauses between attempts to connect; see Options::backoff_min.
class Backoff {
public:
    explicit Backoff(const Options& options) : min_(options.backoff_min), max_(options.backoff_max), next_(min_) {}

    /// Blocks until the next attempt may be made: not at all after a success.
    void wait() const {
        const auto now = std::chrono::steady_clock::now();
        if (not_before_ > now) sleep(not_before_ - now);
    }
    void failed() {
        const auto pause = next_ + std::chrono::duration_cast<Duration>(next_ * (chance_(random_) / 2));
        not_before_ = std::chrono::steady_clock::now() + pause;
        next_ = std::min(next_ * 2, max_);
    }
    void succeeded() noexcept {
        next_ = min_;
        not_before_ = {};
    }

private:
    const Duration min_;
    const Duration max_;
    Duration next_;
    std::chrono::steady_clock::time_point not_before_;
    std::minstd_rand random_{std::random_device{}()};
    std::uniform_real_distribution<double> chance_{0, 1};
};

}  // namespace sio::redis
