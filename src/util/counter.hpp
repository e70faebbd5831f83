#pragma once

#include <atomic>
#include <cstdint>

namespace sio::util {

/// A figure that one thread counts and any thread may read.
class Counter {
public:
    void add(std::uint64_t amount = 1) noexcept {
        // One writer: no read-modify-write instruction is needed.
        value_.store(value_.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
    }
    void subtract(std::uint64_t amount = 1) noexcept { add(~amount + 1); }
    std::uint64_t get() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

}  // namespace sio::util
