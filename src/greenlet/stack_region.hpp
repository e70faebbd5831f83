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
    std::atomic<bool> taken{false};
    StackRegion* next = nullptr;
};

/// Enters a mapping into the list. Any thread.
StackRegion* add_stack_region(char* begin, char* end, std::size_t slot_bytes, std::size_t guard_bytes);
void remove_stack_region(StackRegion* region) noexcept;

/// The size of the stack below which `address` is a guard, or 0 when it is none. Async-signal-safe.
std::size_t stack_overflowed_at(const void* address) noexcept;

/// Gives the calling thread a stack for signal handlers, unless it has one, and (once for the process) installs a
/// SIGSEGV handler that recognises an access to a guard: it writes which greenlet overflowed its stack to standard error
/// and leaves the rest to the handler that was installed before, by default the end of the process with a core file.
class OverflowReport {
public:
    OverflowReport();
    ~OverflowReport();
    OverflowReport(const OverflowReport&) = delete;
    OverflowReport& operator=(const OverflowReport&) = delete;

private:
    char* signal_stack_ = nullptr;
};

}  // namespace sio::greenlet
