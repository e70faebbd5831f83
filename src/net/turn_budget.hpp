#pragma once

#include <chrono>

#include "util/timer_wheel.hpp"

namespace sio::net {

/// How long one connection may keep its shard busy before the others get their turn. Bytes alone do not bound that: what a
/// client has to send for a millisecond of work differs a thousandfold.
///
/// The clock runs from the first question on: what is done after one read costs no look at it.
class TurnBudget {
public:
    static constexpr std::chrono::milliseconds time{5};

    void begin() noexcept { end_ = {}; }
    bool spent() noexcept {
        const auto now = util::Clock::now();
        if (end_ == util::Clock::time_point()) end_ = now + time;
        return now >= end_;
    }

private:
    util::Clock::time_point end_{};
};

}  // namespace sio::net
