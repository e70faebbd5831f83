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
/// Slots are carved from few large mappings. The guards are page-table markers (MADV_GUARD_INSTALL, Linux 6.13), so a
/// hundred thousand stacks need no more kernel mappings than one; on older kernels they are mprotect()ed, which splits
/// a mapping each, and the number of stacks is capped below the kernel's default limit of mappings.
/// Freed stacks are reused last in, first out. `hot_stacks` of them keep their memory, others give it back.
/// Threads: one.
class StackArena {
public:
    static constexpr std::size_t guard_bytes = 16 * 1024;  // rounded up to whole pages, which may have 64 KiB
    /// With mprotect()ed guards: two mappings a stack, of vm.max_map_count = 65530.
    static constexpr std::size_t max_stacks_without_markers = 30'000;

    enum class Guard { best, mprotect };

    /// `stack_bytes` is rounded up to whole pages, at least 16 KiB.
    explicit StackArena(std::size_t stack_bytes, std::size_t hot_stacks, Guard guard = Guard::best);
    /// Every stack must have been freed, unless keep() was called.
    ~StackArena();
    StackArena(const StackArena&) = delete;
    StackArena& operator=(const StackArena&) = delete;

    std::size_t stack_bytes() const noexcept { return stack_bytes_; }

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
    void install_guard(char* slot);

    std::size_t stack_bytes_;
    std::size_t slot_bytes_;
    std::size_t hot_limit_;
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
