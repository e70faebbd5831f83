#pragma once

#include <chrono>
#include <concepts>
#include <limits>
#include <utility>

namespace sio::util {

/// `value`, or the nearest that a `To` can hold. What C++26 has as `std::saturate_cast`.
template <std::integral To, std::integral From>
constexpr To saturate_cast(From value) noexcept {
    if (std::cmp_less(value, std::numeric_limits<To>::min())) return std::numeric_limits<To>::min();
    if (std::cmp_greater(value, std::numeric_limits<To>::max())) return std::numeric_limits<To>::max();
    return static_cast<To>(value);
}

/// The same time in nanoseconds, or the longest that they can say: the largest number of milliseconds means no limit.
constexpr std::chrono::nanoseconds saturated(std::chrono::milliseconds time) noexcept {
    using std::chrono::nanoseconds;
    constexpr auto longest = std::chrono::duration_cast<std::chrono::milliseconds>(nanoseconds::max());
    if (time > longest) return nanoseconds::max();
    return time < -longest ? nanoseconds::min() : nanoseconds(time);
}

}  // namespace sio::util
