#include <sio/detail/stack_left.hpp>

#include <pthread.h>

#include <algorithm>
#include <cstdint>

#include "greenlet/fast_thread_local.hpp"
#include "greenlet/sanitizer.hpp"
#include "greenlet/stack_region.hpp"

namespace sio::detail {

namespace {

constexpr std::size_t kept_stack_bytes = 24 * 1024 * greenlet::sanitizer::frame_factor;

struct KnownStack {
    std::uintptr_t begin;
    std::uintptr_t bytes;
    std::uint64_t regions_gone;
};
/// The stack that this thread asked about last. Recursion asks about the same again and again.
SIO_FAST_THREAD_LOCAL KnownStack known_stack{};

KnownStack ask_for_stack_of_thread() noexcept {
    KnownStack stack{};
    pthread_attr_t attributes;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0) return stack;
    void* begin = nullptr;
    std::size_t bytes = 0;
    if (pthread_attr_getstack(&attributes, &begin, &bytes) == 0) {
        stack.begin = reinterpret_cast<std::uintptr_t>(begin);
        stack.bytes = bytes;
    }
    pthread_attr_destroy(&attributes);
    return stack;
}

const KnownStack& stack_at(std::uintptr_t frame) noexcept {
    KnownStack& known = known_stack;
    const std::uint64_t gone = greenlet::stack_regions_gone();
    if (frame - known.begin < known.bytes && known.regions_gone == gone) return known;
    if (const auto place = greenlet::find_stack(reinterpret_cast<const void*>(frame)); place.bytes != 0) {
        known = {place.begin, place.bytes, gone};
    } else {
        // Once for each thread: for the first one the C library reads a list of all mappings.
        thread_local const KnownStack of_thread = ask_for_stack_of_thread();
        known = of_thread;
        known.regions_gone = gone;
    }
    return known;
}

// On a stack that is neither, somebody else's fiber, nothing is known: there seems to be enough.
std::size_t left_on(const KnownStack& stack, std::uintptr_t frame) noexcept {
    return frame - stack.begin < stack.bytes ? frame - stack.begin : static_cast<std::size_t>(-1);
}

std::size_t kept_of(const KnownStack& stack) noexcept {
    return std::min<std::size_t>(kept_stack_bytes, stack.bytes / 4);
}

}  // namespace

// The frame's address and not that of a variable, which AddressSanitizer may keep on the heap.
std::size_t stack_left() noexcept {
    const auto frame = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
    return left_on(stack_at(frame), frame);
}

bool stack_is_short() noexcept {
    const auto frame = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
    const KnownStack& stack = stack_at(frame);
    return left_on(stack, frame) < kept_of(stack);
}

std::size_t levels_that_fit(std::size_t bytes_per_level, std::size_t most) noexcept {
    const auto frame = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
    const KnownStack& stack = stack_at(frame);
    const std::size_t left = left_on(stack, frame);
    const std::size_t kept = kept_of(stack);
    if (left <= kept) return 0;
    return std::min(most, (left - kept) / (bytes_per_level * greenlet::sanitizer::frame_factor));
}

}  // namespace sio::detail
