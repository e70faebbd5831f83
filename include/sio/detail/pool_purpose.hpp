#pragma once

#include <cstddef>
#include <cstdint>

namespace sio::detail {

/// The pools of threads that a loop has, so that one kind of blocking work does not wait behind another; see ThreadOptions.
enum class PoolPurpose : std::uint8_t { offload, files, databases, lookups, passwords };
inline constexpr std::size_t pool_purposes = 5;

}  // namespace sio::detail
