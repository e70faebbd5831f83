#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include <sio/any_greenlet.hpp>
#include <sio/async_result.hpp>
#include <sio/base_greenlet.hpp>
#include <sio/error.hpp>
#include <sio/event.hpp>
#include <sio/greenlet_exit.hpp>
#include <sio/offload.hpp>
#include <sio/queue.hpp>
#include <sio/semaphore.hpp>
#include <sio/shield.hpp>
#include <sio/thread_options.hpp>
#include <sio/timeout.hpp>

namespace sio {

template <class T>
class Greenlet;

namespace detail {

template <class T, class Function, class... Args>
class GreenletTask final : public GreenletResult<T> {
public:
    template <class... Given>
    explicit GreenletTask(Given&&... given) : call_(std::in_place, std::forward<Given>(given)...) {}

private:
    void call() override {
        std::apply(
            [this](Function& function, Args&... args) {
                this->keep_result_of(
                    [&]() -> decltype(auto) { return std::invoke(std::move(function), std::move(args)...); });
            },
            *call_);
    }
    void discard() noexcept override { call_.reset(); }

    std::optional<std::tuple<Function, Args...>> call_;
};

struct GreenletAccess;

}  // namespace detail

/// A handle of a greenlet that returns a `T`.
template <class T = void>
class Greenlet : public AnyGreenlet {
public:
    Greenlet() noexcept = default;
    /// A handle of an object of a class that is derived from BaseGreenlet<T>.
    template <class Object>
    requires std::is_base_of_v<detail::GreenletResult<T>, Object>
    Greenlet(std::shared_ptr<Object> object) noexcept : AnyGreenlet(std::move(object)) {}

    /// Blocks until the greenlet has ended. Returns what it returned (a reference that is valid as long as a handle;
    /// moved out of a handle that is about to end), throws what it threw, Error(errc::killed) if it was killed, or Timeout
    /// when `limit` passed first.
    std::add_lvalue_reference_t<T> get(Duration limit = forever) const& { return result().get(limit); }
    T get(Duration limit = forever) && {
        if constexpr (std::is_void_v<T>) {
            result().get(limit);
        } else {
            return std::move(result().get(limit));
        }
    }

    /// What the greenlet returned; null while it runs, and when it ended otherwise. Not for `void`.
    T* value() const
    requires(!std::is_void_v<T>)
    {
        return result().value();
    }

    using AnyGreenlet::link;
    /// `callback` is called with a handle of the ended greenlet; see AnyGreenlet::link().
    template <class Callback>
    requires(std::is_invocable_v<Callback&, const Greenlet&> && !std::is_invocable_v<Callback&, const AnyGreenlet&>)
    LinkId link(Callback callback) const {
        return core_->link([core = std::weak_ptr(core_), callback = std::move(callback)]() mutable {
            callback(Greenlet(std::static_pointer_cast<detail::GreenletResult<T>>(core.lock())));
        });
    }

private:
    detail::GreenletResult<T>& result() const noexcept { return static_cast<detail::GreenletResult<T>&>(*core_); }
};

namespace detail {

struct GreenletAccess {
    template <class Function, class... Args>
    static auto make(Function&& function, Args&&... args) {
        using Result = std::decay_t<std::invoke_result_t<std::decay_t<Function>, std::decay_t<Args>...>>;
        using Task = GreenletTask<Result, std::decay_t<Function>, std::decay_t<Args>...>;
        return Greenlet<Result>(std::make_shared<Task>(std::forward<Function>(function), std::forward<Args>(args)...));
    }
    static GreenletCore& core(const AnyGreenlet& greenlet) noexcept;
};

}  // namespace detail

/// Runs `function(args...)` in a new greenlet on this thread's loop. It begins on a later turn, when the caller blocks
/// or returns; function and arguments are copied or moved, as for std::thread.
///
/// The handle may be dropped. An exception that nobody asked a handle for is logged when the last handle goes.
/// Throws Error(errc::not_in_greenlet) when no loop runs on this thread. gevent: `gevent.spawn`.
template <class Function, class... Args>
auto spawn(Function&& function, Args&&... args) {
    auto greenlet = detail::GreenletAccess::make(std::forward<Function>(function), std::forward<Args>(args)...);
    detail::GreenletAccess::core(greenlet).start();
    return greenlet;
}

/// The same, beginning after `delay`. A greenlet whose loop ends first counts as killed.
template <class Function, class... Args>
auto spawn_later(Duration delay, Function&& function, Args&&... args) {
    auto greenlet = detail::GreenletAccess::make(std::forward<Function>(function), std::forward<Args>(args)...);
    detail::GreenletAccess::core(greenlet).start_later(delay);
    return greenlet;
}

/// Blocks the current greenlet for `duration`; zero or less lets everybody else who is ready run first.
/// Throws Error(errc::not_in_greenlet), GreenletExit, and the Timeout of a TimeoutScope.
void sleep(Duration duration);

/// Blocks the current greenlet until the loop has nothing else to do: whoever was ready has run, and sockets that were
/// ready have been served. Others in idle() are not waited for. Throws what sleep() throws. gevent: `gevent.idle`.
void idle();

/// A number that no other greenlet of this process has or had; 0 outside a greenlet. gevent: `id(getcurrent())`.
std::uint64_t current_greenlet_id() noexcept;

/// The loop of a program without a server.
struct RunOptions {
    /// Bytes of each greenlet's stack, rounded up to whole pages: 16 KiB to 1 GiB, default 256 KiB. Under sanitizers, whose frames
    /// are larger, four times as much is taken. Only pages that were touched take memory.
    std::size_t stack_bytes = 256 * 1024;
    /// Threads for calls that block.
    ThreadOptions threads{};
    /// Whether run() throws Deadlock. Never while the process has threads besides idle ones of thread pools, since those
    /// might wake a greenlet. Default: yes.
    bool detect_deadlock = true;
};

namespace detail {
void run_main(const RunOptions& options, const AnyGreenlet& (*start)(void* context), void* context);
}  // namespace detail

/// Runs a loop on this thread with `function` as its main greenlet, until that returns; greenlets that are left are
/// killed. Returns its result or throws its exception. For programs and tests without a server.
/// Throws Error(errc::cannot_start) when a loop runs on this thread already, std::invalid_argument for options that cannot be, and
/// Deadlock.
template <class Function>
auto run(Function&& function, const RunOptions& options = {}) {
    using Main = decltype(detail::GreenletAccess::make(std::forward<Function>(function)));
    struct Context {
        Function& function;
        Main main;
    } context{function, {}};
    detail::run_main(
        options,
        [](void* raw) -> const AnyGreenlet& {
            auto& self = *static_cast<Context*>(raw);
            self.main = spawn(std::forward<Function>(self.function));
            return self.main;
        },
        &context);
    return std::move(context.main).get();
}

}  // namespace sio
