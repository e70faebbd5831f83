#pragma once

#include <cstddef>
#include <new>

namespace sio::greenlet {

/// Memory for one handler of Asio's that must never fail to be posted; for a second one at the same time there is the heap.
///
/// Must outlive Asio's io_context, in which the handler may lie to the end.
class HandlerSlot {
public:
    HandlerSlot() = default;
    HandlerSlot(const HandlerSlot&) = delete;
    HandlerSlot& operator=(const HandlerSlot&) = delete;

    void* take(std::size_t size) {
        if (taken_ || size > sizeof memory_) return ::operator new(size);
        taken_ = true;
        return memory_;
    }
    void give_back(void* memory) noexcept {
        if (memory != memory_) return ::operator delete(memory);
        taken_ = false;
    }

    /// As Asio asks for it.
    template <class T>
    struct Allocator {
        using value_type = T;

        explicit Allocator(HandlerSlot& of) noexcept : slot(&of) {}
        template <class U>
        Allocator(const Allocator<U>& other) noexcept : slot(other.slot) {}
        T* allocate(std::size_t count) { return static_cast<T*>(slot->take(count * sizeof(T))); }
        void deallocate(T* memory, std::size_t) noexcept { slot->give_back(memory); }
        template <class U>
        bool operator==(const Allocator<U>& other) const noexcept {
            return slot == other.slot;
        }

        HandlerSlot* slot;
    };

    /// `function` as a handler that lies here.
    template <class Function>
    struct Handler {
        using allocator_type = Allocator<std::byte>;
        allocator_type get_allocator() const noexcept { return allocator_type(*slot); }
        void operator()() { function(); }

        HandlerSlot* slot;
        Function function;
    };
    template <class Function>
    Handler<Function> handler(Function function) noexcept {
        return {this, function};
    }

private:
    alignas(std::max_align_t) std::byte memory_[256];
    bool taken_ = false;
};

}  // namespace sio::greenlet
