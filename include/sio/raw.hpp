#pragma once

#include <any>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include <sio/greenlet_exit.hpp>

/// Switching between stacks by hand: what Python's package `greenlet` has, on which gevent is built.
///
/// Nothing here is scheduled, and no loop is needed. sio::spawn() is what programs want; this is for generators, for
/// turning callbacks inside out, and for schedulers.
namespace sio::raw {

class Fiber;
class Greenlet;
class Tree;

/// Sets how large the stacks are of those that are made on threads from then on that have made none yet: 16 KiB to 1 GiB, default
/// 256 KiB. In a sio greenlet they are as large as its own. Any thread. Throws std::invalid_argument.
void set_stack_bytes(std::size_t bytes);

/// The one that runs. The stack that was there first, of the thread or of the sio greenlet, is the root of a tree of its own.
/// The reference is to whatever runs: copy it to hand it on. A greenlet that keeps a copy on its own stack keeps itself.
const Greenlet& current();

/// A handle of a function with a stack, which runs while somebody switches to it. Copies refer to the same one.
///
///     sio::raw::Greenlet twice([](std::any n) { return 2 * std::any_cast<int>(n); });
///     twice.switch_(21);  // 42
///
/// A greenlet belongs to the tree that it was made in: to one thread or, made in a sio greenlet, to that. A blocking call in
/// it blocks the whole tree. When the last handle goes, or the tree ends, while it is suspended, GreenletExit is thrown
/// into it, so that its stack unwinds.
///
/// Errors: switch_() and throw_() throw std::logic_error when it belongs to another tree, and what is thrown into the caller
/// meanwhile. An empty handle may only be assigned to and tested.
class Greenlet {
public:
    Greenlet() noexcept = default;
    /// Begins with the first switch_(). `function` takes what that passes, as `std::any`, or nothing; what it returns, if
    /// anything, becomes the result of the switch by which its parent was left. What it throws is thrown there, but for
    /// GreenletExit. Default for the parent: the one that makes it.
    template <class Function>
    requires(std::is_invocable_v<Function&> || std::is_invocable_v<Function&, std::any>)  //
    explicit Greenlet(Function function, const Greenlet& parent = raw::current())
        : Greenlet(parent, [function = std::move(function)]([[maybe_unused]] std::any value) mutable -> std::any {
              if constexpr (std::is_invocable_v<Function&>) {
                  return call(function);
              } else {
                  return call(function, std::move(value));
              }
          }) {}

    explicit operator bool() const noexcept { return fiber_ != nullptr; }
    friend bool operator==(const Greenlet& a, const Greenlet& b) noexcept { return a.fiber_ == b.fiber_; }

    /// Goes on there, where `value` is what the call returns by which it had switched away (or its function's argument), and
    /// returns when somebody switches back: what they pass. Switching to a dead one switches to its parent.
    std::any switch_(std::any value = {}) const;
    /// Goes on there by throwing. A greenlet that has not begun is dead then.
    std::any throw_(std::exception_ptr exception = std::make_exception_ptr(GreenletExit())) const;

    /// Whether it has begun and not ended.
    bool active() const noexcept;
    /// Whether it has ended.
    bool dead() const noexcept;
    /// Who goes on when it ends; empty for the root.
    const Greenlet& parent() const;

private:
    friend class Fiber;
    friend class Tree;

    Greenlet(const Greenlet& parent, std::function<std::any(std::any)> function);
    explicit Greenlet(std::shared_ptr<Fiber> fiber) noexcept : fiber_(std::move(fiber)) {}

    template <class Function, class... Value>
    static std::any call(Function& function, Value... value) {
        if constexpr (std::is_void_v<std::invoke_result_t<Function&, Value...>>) {
            function(std::move(value)...);
            return {};
        } else {
            return function(std::move(value)...);
        }
    }

    std::shared_ptr<Fiber> fiber_;
};

}  // namespace sio::raw
