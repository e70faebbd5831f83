#pragma once

#include <cstddef>

namespace sio::detail {

/// Bytes between the caller's frame and the end of the stack that it runs on: a greenlet's, a raw greenlet's, or a thread's.
/// Some nanoseconds. Any thread.
std::size_t stack_left() noexcept;

/// Whether recursion that follows data is to end here, with an error. What is left is enough for calls that do not recurse, and
/// to throw: 24 KiB (sanitizers: four times as much), but no more than a quarter of the stack.
bool stack_is_short() noexcept;

/// How many levels of recursion, of at most `most`, fit into what is left, so that the stack is not short at the deepest. For
/// recursion in code that cannot ask by itself. `bytes_per_level`: as measured, without a sanitizer.
std::size_t levels_that_fit(std::size_t bytes_per_level, std::size_t most) noexcept;

}  // namespace sio::detail
