#pragma once

#include <chrono>

#include "util/timer_wheel.hpp"

namespace sio::transport {

/// How long the packets of one client are taken in and handled before the others of its shard get their turn. By the clock,
/// since neither their number nor their bytes say what they cost: a deflated frame of 1 KB may inflate to 1 MB.
class TurnBudget {
public:
    /// Begins anew, with the next look.
    void begin() noexcept { end_ = {}; }
    /// Whether the rest is for a later turn. To be asked after each packet.
    bool spent() noexcept {
        const auto now = util::Clock::now();
        if (end_ == util::Clock::time_point{}) end_ = now + limit;
        return now >= end_;
    }

private:
    static constexpr std::chrono::milliseconds limit{10};

    util::Clock::time_point end_;
};

}  // namespace sio::transport
