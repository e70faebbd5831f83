#pragma once

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include <sio/detail/pool_purpose.hpp>

namespace sio {

namespace detail {

/// A piece of blocking work on the stack of the greenlet that waits for it.
class OffloadWork {
public:
    OffloadWork(const OffloadWork&) = delete;
    OffloadWork& operator=(const OffloadWork&) = delete;

    virtual void run() noexcept = 0;
    /// The greenlet that waits is to stop while run() is on, or has just returned. On the loop's thread.
    virtual void interrupt() noexcept {}

protected:
    OffloadWork() = default;
    ~OffloadWork() = default;
};

void offload_and_wait(OffloadWork& work);
/// The same on the threads for `purpose`; but work that has run has its effect: what interrupted the greenlet meanwhile is thrown
/// by its next blocking call.
void offload_step_and_wait(PoolPurpose purpose, OffloadWork& work);
/// Throws what is to interrupt the current greenlet, if there is anything.
void throw_if_interrupted();

struct NoInterrupt {
    void operator()() const noexcept {}
};

/// A function as work, with its result.
template <class Function, class Interrupt>
class OffloadedCall final : public OffloadWork {
public:
    using Result = std::decay_t<std::invoke_result_t<Function&>>;

    OffloadedCall(Function& call, Interrupt& on_interrupt) : function(call), interrupted(on_interrupt) {}
    void run() noexcept override {
        try {
            if constexpr (std::is_void_v<Result>) {
                function();
            } else {
                result.emplace(function());
            }
        } catch (...) {
            exception = std::current_exception();
        }
    }
    void interrupt() noexcept override { interrupted(); }
    Result take() {
        if (exception) std::rethrow_exception(std::move(exception));
        if constexpr (!std::is_void_v<Result>) return std::move(*result);
    }

    Function& function;
    Interrupt& interrupted;
    std::optional<std::conditional_t<std::is_void_v<Result>, bool, Result>> result;
    std::exception_ptr exception;
};

/// Calls `function` in `submit(OffloadWork&)`, which returns when it has run.
template <class Submit, class Function, class Interrupt = NoInterrupt>
auto offload_to(Submit submit, Function&& function, Interrupt on_interrupt = {})
    -> std::decay_t<std::invoke_result_t<Function&>> {
    OffloadedCall<std::remove_reference_t<Function>, Interrupt> work(function, on_interrupt);
    submit(work);
    return work.take();
}

/// offload() for a step that changes the state of something: once it has begun its result is returned, so that the caller can
/// keep account of it. A step that failed may have done so because it was interrupted: then that is thrown.
template <class Function, class Interrupt = NoInterrupt>
auto offload_step(PoolPurpose purpose, Function&& function, Interrupt on_interrupt = {})
    -> std::decay_t<std::invoke_result_t<Function&>> {
    OffloadedCall<std::remove_reference_t<Function>, Interrupt> work(function, on_interrupt);
    offload_step_and_wait(purpose, work);
    if (work.exception) throw_if_interrupted();
    return work.take();
}

}  // namespace detail

/// Runs `function` on a thread of the loop's pool (ThreadOptions::offload) and blocks the current greenlet, but not its loop,
/// until it has returned. Returns its result or throws its exception.
///
/// `function` may refer to the greenlet's local variables: the greenlet does not go on before it has returned. When the
/// greenlet is killed (or a TimeoutScope runs out) while it waits for a thread, the function is never called; when it is
/// being executed, it is executed to its end, its result is dropped on the greenlet's thread, and then GreenletExit (or
/// Timeout) is thrown.
/// The function runs outside any greenlet: it must not call what blocks greenlets, nor touch what belongs to the loop.
/// Throws Error(errc::not_in_greenlet).
template <class Function>
auto offload(Function&& function) -> std::decay_t<std::invoke_result_t<Function&>> {
    return detail::offload_to(&detail::offload_and_wait, std::forward<Function>(function));
}

/// The same for work that can be cut short. When the greenlet is killed, or a TimeoutScope runs out, while `function` is
/// being executed, `interrupt()` is called, once, on the loop's thread; it may find that `function` has just returned.
/// It must be quick and not throw.
template <class Function, class Interrupt>
auto offload(Function&& function, Interrupt interrupt) -> std::decay_t<std::invoke_result_t<Function&>> {
    return detail::offload_to(&detail::offload_and_wait, std::forward<Function>(function), std::move(interrupt));
}

}  // namespace sio
