#include "histogram.hpp"

#include <bit>

namespace bench {

unsigned Histogram::class_of(std::uint64_t value) noexcept {
    constexpr std::uint64_t steps = 1u << steps_bits;
    if (value < steps) return static_cast<unsigned>(value);
    const auto shift = static_cast<unsigned>(std::bit_width(value)) - 1 - steps_bits;
    return ((shift + 1) << steps_bits) + static_cast<unsigned>((value >> shift) - steps);
}

std::uint64_t Histogram::upper_end(unsigned index) noexcept {
    constexpr std::uint64_t steps = 1u << steps_bits;
    if (index < steps) return index;
    const unsigned shift = (index >> steps_bits) - 1;
    return ((steps + (index & (steps - 1)) + 1) << shift) - 1;
}

std::uint64_t Histogram::quantile(double fraction) const noexcept {
    const auto wanted = static_cast<std::uint64_t>(fraction * static_cast<double>(count_));
    std::uint64_t seen = 0;
    for (unsigned i = 0; i < classes_.size(); ++i) {
        seen += classes_[i];
        if (seen != 0 && seen >= wanted) return upper_end(i);
    }
    return 0;
}

}  // namespace bench
