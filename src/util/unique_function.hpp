#pragma once

#include <cstddef>
#include <cstring>
#include <functional>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace sio::util {

template <class Signature>
class UniqueFunction;

/// A callable of any type, owned and called once or often; moves but does not copy.
///
/// Callables of up to `inline_bytes` that move without throwing are kept inside, larger ones on the heap. The object is
/// one cache line. Calling an empty one throws std::bad_function_call.
template <class R, class... Args>
class UniqueFunction<R(Args...)> {
public:
    static constexpr std::size_t inline_bytes = 56;

    UniqueFunction() noexcept = default;
    UniqueFunction(std::nullptr_t) noexcept {}

    template <class F, class Callable = std::decay_t<F>>
    requires(!std::is_same_v<Callable, UniqueFunction> && std::is_invocable_r_v<R, Callable&, Args...>)
    UniqueFunction(F&& callable) {
        if constexpr (fits_inline<Callable>) {
            ::new (static_cast<void*>(storage_)) Callable(std::forward<F>(callable));
            table_ = &table_of<InlineAccess<Callable>>;
        } else {
            ::new (static_cast<void*>(storage_)) Callable*(new Callable(std::forward<F>(callable)));
            table_ = &table_of<HeapAccess<Callable>>;
        }
    }

    UniqueFunction(UniqueFunction&& other) noexcept { take(other); }
    UniqueFunction& operator=(UniqueFunction&& other) noexcept {
        if (this != &other) {
            reset();
            take(other);
        }
        return *this;
    }
    UniqueFunction& operator=(std::nullptr_t) noexcept {
        reset();
        return *this;
    }
    ~UniqueFunction() { reset(); }

    explicit operator bool() const noexcept { return table_ != &empty_table; }

    R operator()(Args... args) { return table_->call(storage_, std::forward<Args>(args)...); }

private:
    // A null `move` or `destroy` means that copying the bytes, or nothing at all, does it.
    struct Table {
        R (*call)(void* storage, Args&&... args);
        void (*move)(void* from, void* to) noexcept;
        void (*destroy)(void* storage) noexcept;
    };

    template <class Callable>
    static constexpr bool fits_inline = sizeof(Callable) <= inline_bytes && alignof(Callable) <= alignof(void*) &&
                                        std::is_nothrow_move_constructible_v<Callable>;

    template <class Callable>
    struct InlineAccess {
        static constexpr bool bytes_move = std::is_trivially_copyable_v<Callable>;
        static constexpr bool trivial = std::is_trivially_destructible_v<Callable>;
        static Callable& get(void* storage) noexcept { return *std::launder(static_cast<Callable*>(storage)); }
        static void move(void* from, void* to) noexcept {
            ::new (to) Callable(std::move(get(from)));
            get(from).~Callable();
        }
        static void destroy(void* storage) noexcept { get(storage).~Callable(); }
    };

    template <class Callable>
    struct HeapAccess {
        static constexpr bool bytes_move = true;
        static constexpr bool trivial = false;
        static Callable& get(void* storage) noexcept { return **std::launder(static_cast<Callable**>(storage)); }
        static void move(void*, void*) noexcept {}
        static void destroy(void* storage) noexcept { delete &get(storage); }
    };

    template <class Access>
    static R call(void* storage, Args&&... args) {
        if constexpr (std::is_void_v<R>) {
            std::invoke(Access::get(storage), std::forward<Args>(args)...);
        } else {
            return std::invoke(Access::get(storage), std::forward<Args>(args)...);
        }
    }
    [[noreturn]] static R call_empty(void*, Args&&...) { throw std::bad_function_call(); }

    template <class Access>
    static constexpr Table table_of{&call<Access>, Access::bytes_move ? nullptr : &Access::move,
                                    Access::trivial ? nullptr : &Access::destroy};
    static constexpr Table empty_table{&call_empty, nullptr, nullptr};

    void take(UniqueFunction& other) noexcept {
        if (other.table_->move) {
            other.table_->move(other.storage_, storage_);
        } else {
            std::memcpy(storage_, other.storage_, inline_bytes);
        }
        table_ = std::exchange(other.table_, &empty_table);
    }
    void reset() noexcept {
        const Table* table = std::exchange(table_, &empty_table);
        if (table->destroy) table->destroy(storage_);
    }

    alignas(void*) std::byte storage_[inline_bytes];
    const Table* table_ = &empty_table;
};

}  // namespace sio::util
