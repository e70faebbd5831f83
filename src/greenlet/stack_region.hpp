#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace sio::greenlet {

/// A mapping full of stacks, in a list that a signal handler can search: nodes are never freed, only reused.
struct StackRegion {
    std::atomic<std::uintptr_t> begin{0};  // 0: the node is free
    std::atomic<std::uintptr_t> end{0};
    std::atomic<std::size_t> slot_bytes{0};
    std::atomic<std::size_t> guard_bytes{0};
    std::atomic<const char*> option{nullptr};  // what sets the stacks' size
    std::atomic<bool> taken{false};
    StackRegion* next = nullptr;
};

/// Enters a mapping into the list. Any thread.
StackRegion* add_stack_region(char* begin, char* end, std::size_t slot_bytes, std::size_t guard_bytes,
                              const char* option);
void remove_stack_region(StackRegion* region) noexcept;

/// A stack in one of the regions.
struct StackPlace {
    std::uintptr_t begin = 0;  // its lowest address; the guard lies below
    std::size_t bytes = 0;     // 0: there is none
    const char* option = nullptr;
    bool in_guard = false;
};

/// The stack to which `address`, or the guard in which it lies, belongs. Async-signal-safe.
StackPlace find_stack(const void* address) noexcept;
/// Changes whenever a region goes: what was found before may be wrong then.
std::uint64_t stack_regions_gone() noexcept;

}  // namespace sio::greenlet
