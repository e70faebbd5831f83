#include "greenlet/stack_arena.hpp"

#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <new>

#include <sio/error.hpp>

#include "greenlet/sanitizer.hpp"

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102  // Linux 6.13; not in the headers of older C libraries
#endif

namespace sio::greenlet {

namespace {

std::size_t page_bytes() noexcept {
    static const auto size = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    return size;
}

std::size_t round_to_pages(std::size_t bytes) noexcept {
    return (bytes + page_bytes() - 1) / page_bytes() * page_bytes();
}

// Whether a guard is there. What emulates Linux may answer 0 to advice that it does not know, as qemu-user does. A system
// call that is told to write to a guard fails; one in the vDSO would end the process.
bool refuses_access(char* guard) noexcept { return uname(reinterpret_cast<utsname*>(guard)) != 0 && errno == EFAULT; }

// Address space, not memory; but who limits it (ulimit -v, strict overcommitment) is not to run into the limit for a few stacks.
constexpr std::size_t first_chunk_slots = 16;
constexpr std::size_t max_chunk_slots = 1024;

}  // namespace

StackArena::StackArena(std::size_t stack_bytes, std::size_t hot_stacks, const char* option, Guard guard)
    : stack_bytes_(round_to_pages(std::max(stack_bytes, min_stack_bytes))),
      slot_bytes_(stack_bytes_ + round_to_pages(guard_bytes)),
      hot_limit_(hot_stacks),
      option_(option),
      use_mprotect_(guard == Guard::mprotect) {}

StackArena::~StackArena() {
    assert(keep_ || in_use() == 0);
    for (StackRegion* region : chunks_) {
        char* begin = reinterpret_cast<char*>(region->begin.load());
        const auto bytes = static_cast<std::size_t>(region->end.load() - region->begin.load());
        if (keep_) continue;
        remove_stack_region(region);
        if constexpr (sanitizer::address) {
            // Not the guards, whose shadow would take memory.
            for (char* slot = begin; slot != begin + bytes; slot += slot_bytes_) {
                sanitizer::unpoison(slot + (slot_bytes_ - stack_bytes_), stack_bytes_);
            }
        }
        munmap(begin, bytes);
    }
}

void StackArena::keep() noexcept {
    keep_ = true;
    for (const StackRegion* region : chunks_) {
        // Without the guards, which must not be read.
        const std::size_t guard = slot_bytes_ - stack_bytes_;
        for (auto slot = region->begin.load(); slot != region->end.load(); slot += slot_bytes_) {
            sanitizer::keep_reachable(reinterpret_cast<char*>(slot + guard), stack_bytes_);
        }
    }
}

char* StackArena::allocate() {
    char* stack;
    if (!hot_.empty()) {
        stack = hot_.back();
        hot_.pop_back();
    } else if (!cold_.empty()) {
        stack = cold_.back();
        cold_.pop_back();
    } else {
        stack = carve();
    }
    sanitizer::unpoison(stack, stack_bytes_);
    return stack;
}

// The lists have room for every stack that exists (see carve()), so nothing throws here.
void StackArena::deallocate(char* stack) noexcept {
    if (hot_.size() < hot_limit_) {
        hot_.push_back(stack);
    } else {
        madvise(stack, stack_bytes_, MADV_DONTNEED);
        cold_.push_back(stack);
    }
    sanitizer::poison(stack, stack_bytes_);
}

// All accessible, for markers; or nothing, for guards that are mappings.
void StackArena::map_chunk() {
    const std::size_t slots = std::clamp(carved_, first_chunk_slots, max_chunk_slots);
    const std::size_t bytes = slots * slot_bytes_;
    chunks_.reserve(chunks_.size() + 1);
    const auto map = [bytes](int access) {
        return mmap(nullptr, bytes, access, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    };
    void* memory = use_mprotect_ ? MAP_FAILED : map(PROT_READ | PROT_WRITE);
    if (memory == MAP_FAILED) {
        // Under strict overcommitment what is accessible is counted: then only the stacks are to be.
        use_mprotect_ = true;
        memory = map(PROT_NONE);
    }
    if (memory == MAP_FAILED) throw std::bad_alloc();
    // A huge page would back every stack that it touches, and neighbours.
    madvise(memory, bytes, MADV_NOHUGEPAGE);
    next_slot_ = static_cast<char*>(memory);
    chunk_end_ = next_slot_ + bytes;
    chunks_.push_back(add_stack_region(next_slot_, chunk_end_, slot_bytes_, slot_bytes_ - stack_bytes_, option_));
}

char* StackArena::carve() {
    if (use_mprotect_ && carved_ >= max_stacks_without_markers) {
        throw Error(errc::limit_exceeded, "too many greenlets that wait at once: stacks");
    }
    if (next_slot_ == chunk_end_) map_chunk();
    if (hot_.capacity() < hot_limit_) hot_.reserve(hot_limit_);
    if (cold_.capacity() <= carved_) cold_.reserve(std::max(first_chunk_slots, 2 * carved_));
    open_slot(next_slot_);
    char* slot = next_slot_;
    next_slot_ += slot_bytes_;
    ++carved_;
    return slot + (slot_bytes_ - stack_bytes_);
}

// Its guard is there, and its stack is accessible.
void StackArena::open_slot(char* slot) {
    const std::size_t guard = slot_bytes_ - stack_bytes_;
    if (!use_mprotect_) {
        const bool first = carved_ == 0;
        if (madvise(slot, guard, MADV_GUARD_INSTALL) == 0 && (!first || refuses_access(slot))) return;
        use_mprotect_ = true;  // a kernel before 6.13 answers EINVAL
        close_rest();
    }
    if (mprotect(slot + guard, stack_bytes_, PROT_READ | PROT_WRITE) != 0) throw std::bad_alloc();
}

void StackArena::close_rest() {
    if (mprotect(next_slot_, static_cast<std::size_t>(chunk_end_ - next_slot_), PROT_NONE) != 0) throw std::bad_alloc();
}

}  // namespace sio::greenlet
