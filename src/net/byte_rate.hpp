#pragma once

#include <chrono>
#include <cstdint>
#include <limits>

namespace sio::net {

/// How many bytes `rate` (bytes a second) comes to in `period`; the largest number when that is more than it can count.
constexpr std::uint64_t bytes_within(std::chrono::milliseconds period, std::uint64_t rate) noexcept {
    constexpr auto most = std::numeric_limits<std::uint64_t>::max();
    if (period.count() <= 0) return 0;
    const auto time = static_cast<std::uint64_t>(period.count());
    return rate > most / time ? most : rate * time / 1000;
}

}  // namespace sio::net
