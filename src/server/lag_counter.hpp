#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>

#include <sio/stats.hpp>

#include "util/counter.hpp"

namespace sio::server {

/// How long a loop's answers to the watchdog have taken. One thread counts, any reads.
class LagCounter {
public:
    void add(std::chrono::nanoseconds lag) noexcept {
        const auto bound = std::ranges::lower_bound(LoopLag::bounds, lag);
        counts_[static_cast<std::size_t>(bound - LoopLag::bounds.begin())].add();
        sum_nanoseconds_.add(static_cast<std::uint64_t>(lag.count()));
    }
    LoopLag read() const noexcept {
        LoopLag lag;
        std::ranges::transform(counts_, lag.counts.begin(), &util::Counter::get);
        lag.sum = std::chrono::nanoseconds(sum_nanoseconds_.get());
        return lag;
    }

private:
    std::array<util::Counter, LoopLag::bounds.size() + 1> counts_;
    util::Counter sum_nanoseconds_;
};

}  // namespace sio::server
