#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include <sio/detail/wait_queue.hpp>
#include <sio/error.hpp>

namespace sio {

/// A time limit on everything that the current greenlet does until the scope ends.
///
/// When the limit passes, the blocking call that the greenlet is in (or its next one) throws Timeout, once. The limit
/// does not interrupt code that computes, nor destructors that run because of an exception, nor what is behind a Shield, unless the
/// scope began there. Scopes nest; when several
/// limits have passed, the outermost throws. A scope belongs to the greenlet that made it.
///
/// The Timeout is not a std::exception, so that code in between which handles errors does not take an outer scope's limit for one.
/// A `catch (...)` in between should rethrow it. What a single call throws for a limit of its own, a TimeoutError, is both: an
/// error, and caught by `catch (const sio::Timeout&)`.
///
///     sio::TimeoutScope limit(2s);
///     try {
///         reply = upstream.get();
///     } catch (const sio::Timeout& timeout) {
///         if (!limit.caused(timeout)) throw;  // an outer limit, or that of a single call
///         reply = stale;
///     }
///
/// gevent: `with gevent.Timeout(2):`.
class TimeoutScope {
public:
    /// Zero or less: the next blocking call throws, unless it need not wait at all. `forever`: no limit.
    /// Throws Error(errc::not_in_greenlet).
    explicit TimeoutScope(Duration limit);
    ~TimeoutScope();
    TimeoutScope(const TimeoutScope&) = delete;
    TimeoutScope& operator=(const TimeoutScope&) = delete;

    /// Ends the limit before the scope ends.
    void cancel() noexcept;
    /// Whether this scope threw `timeout`.
    bool caused(const Timeout& timeout) const noexcept;

private:
    struct Link;
    std::unique_ptr<Link> link_;
};

inline TimeoutScope Timeout::after(std::chrono::nanoseconds limit) { return TimeoutScope(limit); }

/// Calls `function` with a time limit. Returns its result, or nothing (for a function without a result: false) when the
/// limit passed first. gevent: `gevent.with_timeout`.
template <class Function>
auto with_timeout(Duration limit, Function&& function) {
    using Result = std::invoke_result_t<Function&>;
    TimeoutScope scope(limit);
    try {
        if constexpr (std::is_void_v<Result>) {
            function();
            return true;
        } else {
            return std::optional<std::decay_t<Result>>(function());
        }
    } catch (const Timeout& timeout) {
        if (!scope.caused(timeout)) throw;
        if constexpr (std::is_void_v<Result>) {
            return false;
        } else {
            return std::optional<std::decay_t<Result>>();
        }
    }
}

}  // namespace sio
