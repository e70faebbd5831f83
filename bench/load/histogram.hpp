#pragma once

#include <array>
#include <cstdint>

namespace bench {

/// Latencies in nanoseconds, in classes that are 1/32 wide of their value: quick to count in, exact to 3 %.
class Histogram {
public:
    void add(std::uint64_t nanoseconds) noexcept {
        ++classes_[class_of(nanoseconds)];
        ++count_;
    }
    std::uint64_t count() const noexcept { return count_; }
    /// The value that `fraction` (0 to 1) of all do not exceed; 0 when there are none.
    std::uint64_t quantile(double fraction) const noexcept;

private:
    static constexpr unsigned steps_bits = 5;
    static unsigned class_of(std::uint64_t value) noexcept;
    static std::uint64_t upper_end(unsigned index) noexcept;

    std::array<std::uint64_t, (64 - steps_bits + 1) << steps_bits> classes_{};
    std::uint64_t count_ = 0;
};

}  // namespace bench
