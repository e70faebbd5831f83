#pragma once

#include <cstddef>
#include <vector>

#include "greenlet/stack_region.hpp"

namespace sio::greenlet {

/// Stacks for one loop's greenlets, all of one size, each with a guard below it.
///
///     lowest address                                      highest
///     | guard, never accessible | stack, grows to the left <- top |  next slot ...
///
/// The guard is as large as a frame may be by which a function without stack probes (-fstack-clash-protection) goes beyond
/// the end. Slots are carved from few large mappings. The guards are page-table markers (MADV_GUARD_INSTALL, Linux 6.13), so a
/// hundred thousand stacks need no more kernel mappings than a hundred; on older kernels they are mappings of their own without
/// access, and the number of stacks is capped below the kernel's default limit of mappings.
/// Freed stacks are reused last in, first out. `hot_stacks` of them keep their memory, others give it back.
/// Threads: one.
class StackArena {
public:
    /// Rounded up to whole pages, which may have 64 KiB. Not a power of two alone: the page-table entries of stacks that lie
    /// such a distance apart would compete for few lines of the cache.
    static constexpr std::size_t guard_bytes = (1024 + 32) * 1024;
    /// What the size of a stack may be.
    static constexpr std::size_t min_stack_bytes = 16 * 1024;
    static constexpr std::size_t max_stack_bytes = std::size_t{1} << 30;
    /// With guards that are mappings: two mappings a stack, of vm.max_map_count = 65530.
    static constexpr std::size_t max_stacks_without_markers = 30'000;

    enum class Guard { best, mprotect };

    /// `stack_bytes` is rounded up to whole pages, at least 16 KiB. `option` names, for who has overflowed one, what sets the
    /// size: a literal.
    explicit StackArena(std::size_t stack_bytes, std::size_t hot_stacks,
                        const char* option = "LoopOptions::stack_bytes", Guard guard = Guard::best);
    /// Every stack must have been freed, unless keep() was called.
    ~StackArena();
    StackArena(const StackArena&) = delete;
    StackArena& operator=(const StackArena&) = delete;

    std::size_t stack_bytes() const noexcept { return stack_bytes_; }
    /// From one stack to the next, the guard included.
    std::size_t slot_bytes() const noexcept { return slot_bytes_; }
    const char* option() const noexcept { return option_; }

    /// The lowest address of a free stack. Throws Error(errc::limit_exceeded) at the cap, std::bad_alloc without memory.
    char* allocate();
    void deallocate(char* stack) noexcept;

    /// The memory is never given back: somebody may still point to it.
    void keep() noexcept;

    std::size_t in_use() const noexcept { return carved_ - hot_.size() - cold_.size(); }
    /// Stacks that were ever made.
    std::size_t capacity() const noexcept { return carved_; }
    /// Of stacks in use, and of free ones that keep their memory. Pages that were never touched have taken none.
    std::size_t held_bytes() const noexcept { return (carved_ - cold_.size()) * stack_bytes_; }
    /// Known once there is a stack.
    bool guards_are_markers() const noexcept { return !use_mprotect_; }

private:
    void map_chunk();
    char* carve();
    void open_slot(char* slot);
    void close_rest();

    std::size_t stack_bytes_;
    std::size_t slot_bytes_;
    std::size_t hot_limit_;
    const char* option_;
    bool use_mprotect_;
    bool keep_ = false;
    std::size_t carved_ = 0;
    std::vector<StackRegion*> chunks_;
    char* next_slot_ = nullptr;
    char* chunk_end_ = nullptr;
    std::vector<char*> hot_;   // free, memory still there
    std::vector<char*> cold_;  // free, memory given back
};

}  // namespace sio::greenlet
