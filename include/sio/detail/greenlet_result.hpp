#pragma once

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include <sio/detail/greenlet_core.hpp>
#include <sio/error.hpp>

namespace sio::detail {

/// A greenlet with the place for what it returns.
template <class T>
class GreenletResult : public GreenletCore {
public:
    /// What the greenlet returned; null while it runs, and when it ended otherwise.
    T* value() { return successful() ? &*value_ : nullptr; }

    /// Blocks until the greenlet has ended; what it returned, or throws; see Greenlet::get().
    T& get(Duration limit = forever) {
        wait_for_result(limit);
        return *value_;
    }

protected:
    template <class Function>
    void keep_result_of(Function&& function) {
        value_.emplace(std::forward<Function>(function)());
    }

private:
    void wait_for_result(Duration limit) {
        if (!join(limit)) throw TimeoutError("Greenlet::get");
        if (auto failure = exception()) std::rethrow_exception(failure);
    }

    std::optional<T> value_;
};

template <>
class GreenletResult<void> : public GreenletCore {
public:
    void get(Duration limit = forever) {
        if (!join(limit)) throw TimeoutError("Greenlet::get");
        if (auto failure = exception()) std::rethrow_exception(failure);
    }

protected:
    template <class Function>
    void keep_result_of(Function&& function) {
        std::forward<Function>(function)();
    }
};

}  // namespace sio::detail
