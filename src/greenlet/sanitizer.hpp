#pragma once

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
#define SIO_HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SIO_HAS_ASAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define SIO_HAS_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SIO_HAS_TSAN 1
#endif
#endif

#ifdef SIO_HAS_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/lsan_interface.h>
#endif

/// What the code does differently under a sanitizer; nothing in other builds. See docs/guides/sanitizers.md.
namespace sio::greenlet::sanitizer {

#ifdef SIO_HAS_ASAN
inline constexpr bool address = true;
#else
inline constexpr bool address = false;
#endif
#ifdef SIO_HAS_TSAN
inline constexpr bool thread = true;
#else
inline constexpr bool thread = false;
#endif
inline constexpr bool active = address || thread;

/// How much more stack is given to functions whose frames a sanitizer makes larger.
inline constexpr std::size_t frame_factor = active ? 4 : 1;

/// An access to the memory is reported from now on.
inline void poison([[maybe_unused]] char* begin, [[maybe_unused]] std::size_t bytes) noexcept {
#ifdef SIO_HAS_ASAN
    __asan_poison_memory_region(begin, bytes);
#endif
}

/// The memory may be used, whatever was left there by an earlier owner.
inline void unpoison([[maybe_unused]] char* begin, [[maybe_unused]] std::size_t bytes) noexcept {
#ifdef SIO_HAS_ASAN
    __asan_unpoison_memory_region(begin, bytes);
#endif
}

/// What the memory points to is no leak.
inline void keep_reachable([[maybe_unused]] char* begin, [[maybe_unused]] std::size_t bytes) noexcept {
#ifdef SIO_HAS_ASAN
    __lsan_register_root_region(begin, bytes);
#endif
}

}  // namespace sio::greenlet::sanitizer
