#pragma once

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include <sio/detail/wait_queue.hpp>
#include <sio/error.hpp>

namespace sio {

/// A value, or an exception, that somebody sets once and any number of greenlets wait for.
/// gevent: `gevent.event.AsyncResult`.
///
/// Threads: every member from any; blocking ones in a greenlet of any loop. Must outlive those that wait.
template <class T>
class AsyncResult {
    using Value = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

public:
    /// Sets the value and wakes all that wait. A second set() or set_exception() has no effect and returns false.
    bool set(Value value = Value()) {
        const auto lock = waiting_.lock();
        if (value_ || exception_) return false;
        value_.emplace(std::move(value));
        waiting_.wake_all();
        return true;
    }
    bool set_exception(std::exception_ptr exception) {
        const auto lock = waiting_.lock();
        if (value_ || exception_) return false;
        exception_ = std::move(exception);
        waiting_.wake_all();
        return true;
    }
    /// Whether there is a value or an exception.
    bool ready() const {
        const auto lock = waiting_.lock();
        return value_ || exception_;
    }

    /// Blocks until ready(): true; false when `limit` passed first. Never throws what was set, only
    /// Error(errc::not_in_greenlet) when it would block, GreenletExit, and the Timeout of a TimeoutScope.
    bool wait(Duration limit = forever) {
        auto lock = waiting_.lock();
        return value_ || exception_ || waiting_.wait(lock, limit, "AsyncResult::wait");
    }
    /// The value (a reference into this object), or throws the exception; Timeout when neither came within `limit`.
    std::add_lvalue_reference_t<T> get(Duration limit = forever) {
        if (!wait(limit)) throw TimeoutError("AsyncResult::get");
        if (exception_) std::rethrow_exception(exception_);
        if constexpr (!std::is_void_v<T>) return *value_;
    }

private:
    mutable detail::WaitQueue waiting_;
    std::optional<Value> value_;
    std::exception_ptr exception_;
};

}  // namespace sio
