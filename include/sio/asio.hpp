#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include <sio/detail/operation_wait.hpp>

namespace sio {

/// Asio's context of the loop that runs on this thread: what sockets and timers for `yield` are made with. It must be used
/// on this thread only (it was made with BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO), and not be run or stopped.
/// Throws Error(errc::not_in_greenlet) when no loop runs.
boost::asio::io_context& asio_context();

/// The completion token for Asio operations in a greenlet: the call blocks the greenlet until the operation completes
/// and returns its result.
///
///     boost::asio::ip::tcp::socket socket(sio::asio_context());
///     auto n = socket.async_read_some(buffer, sio::yield);      // throws boost::system::system_error
///     auto n = socket.async_read_some(buffer, sio::yield[ec]);  // sets ec
///
/// When the greenlet is killed, or a TimeoutScope runs out, the operation is cancelled (terminally: the object that it
/// worked on is then fit for closing only) and GreenletExit or Timeout is thrown, by yield[ec] too. An operation that
/// cannot be cancelled is waited for, since it may refer to the greenlet's stack. One that completed all the same
/// returns its result; the next blocking call then throws.
/// Throws Error(errc::not_in_greenlet) outside a greenlet. The operation's object must belong to the greenlet's loop.
struct Yield {
    boost::system::error_code* error = nullptr;

    constexpr Yield operator[](boost::system::error_code& code) const noexcept { return {&code}; }
};
inline constexpr Yield yield{};

namespace detail {

/// The completion handler of `yield`: keeps the result and resumes the greenlet.
template <class... Results>
class YieldHandler {
public:
    using executor_type = boost::asio::io_context::executor_type;
    using cancellation_slot_type = boost::asio::cancellation_slot;

    /// Where the result goes: on the greenlet's stack.
    struct Operation final : greenlet::OperationWait {
        using greenlet::OperationWait::OperationWait;
        std::optional<std::tuple<Results...>> results;
    };

    explicit YieldHandler(Operation& operation) noexcept : operation_(&operation) {}
    YieldHandler(YieldHandler&& other) noexcept : operation_(std::exchange(other.operation_, nullptr)) {}
    ~YieldHandler() {
        if (operation_) operation_->complete();  // dropped: there will be no result
    }

    template <class... Args>
    void operator()(Args&&... args) {
        Operation& operation = *std::exchange(operation_, nullptr);
        operation.results.emplace(std::forward<Args>(args)...);
        operation.complete();
    }

    executor_type get_executor() const noexcept { return operation_->executor(); }
    cancellation_slot_type get_cancellation_slot() const noexcept { return operation_->slot(); }

private:
    Operation* operation_;
};

// What the call returns of the operation's results: all but a leading error, alone if it is one.
template <class... Values>
struct Unwrapped {
    using type = std::tuple<Values...>;
};
template <class Value>
struct Unwrapped<Value> {
    using type = Value;
};
template <>
struct Unwrapped<> {
    using type = void;
};
template <class... Results>
struct WithoutError : Unwrapped<Results...> {};
template <class... Values>
struct WithoutError<boost::system::error_code, Values...> : Unwrapped<Values...> {};
template <class... Values>
struct WithoutError<std::exception_ptr, Values...> : Unwrapped<Values...> {};

template <class... Results>
using YieldReturn = typename WithoutError<Results...>::type;

template <std::size_t first, class Tuple, std::size_t... index>
auto tail(Tuple&& results, std::index_sequence<index...>) {
    return std::make_tuple(std::get<first + index>(std::forward<Tuple>(results))...);
}

/// Waits for the operation and takes its result apart.
template <class... Results>
auto finish_yield(typename YieldHandler<Results...>::Operation& operation, const Yield& token)
    -> YieldReturn<Results...> {
    operation.wait();
    boost::system::error_code error;
    constexpr std::size_t count = sizeof...(Results);
    constexpr std::size_t first = [] {
        if constexpr (count == 0) {
            return 0;
        } else {
            using First = std::tuple_element_t<0, std::tuple<Results...>>;
            return std::is_same_v<First, boost::system::error_code> || std::is_same_v<First, std::exception_ptr>;
        }
    }();
    if (!operation.results) {
        error = boost::asio::error::operation_aborted;
    } else if constexpr (first == 1) {
        auto& failure = std::get<0>(*operation.results);
        if constexpr (std::is_same_v<std::decay_t<decltype(failure)>, std::exception_ptr>) {
            if (failure) std::rethrow_exception(failure);
        } else {
            error = failure;
        }
    }
    if (error == boost::asio::error::operation_aborted) operation.throw_if_interrupted();
    if (token.error) {
        *token.error = error;
    } else if (error) {
        throw boost::system::system_error(error);
    }
    if (!operation.results) operation.results.emplace();
    if constexpr (count == first + 1) {
        return std::get<first>(std::move(*operation.results));
    } else if constexpr (count > first + 1) {
        return tail<first>(std::move(*operation.results), std::make_index_sequence<count - first>());
    }
}

}  // namespace detail

}  // namespace sio

namespace boost::asio {

template <class R, class... Results>
class async_result<sio::Yield, R(Results...)> {
    using Handler = sio::detail::YieldHandler<std::decay_t<Results>...>;

public:
    using return_type = sio::detail::YieldReturn<std::decay_t<Results>...>;

    template <class Initiation, class... Args>
    static return_type initiate(Initiation&& initiation, sio::Yield token, Args&&... args) {
        typename Handler::Operation operation;
        std::forward<Initiation>(initiation)(Handler(operation), std::forward<Args>(args)...);
        return sio::detail::finish_yield<std::decay_t<Results>...>(operation, token);
    }
};

}  // namespace boost::asio
