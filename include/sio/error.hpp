#pragma once

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <system_error>

namespace sio {

/// What sio's own calls fail with. Values are stable: new ones go to the end.
enum class errc {
    /// A blocking call was made outside a greenlet.
    not_in_greenlet = 1,
    /// The socket or namespace is not connected (any more).
    not_connected,
    /// The connection under a request or a stream has closed.
    connection_closed,
    /// A namespace was used before initialize(), or an Environ without a socket was given to socketio_manage().
    not_attached,
    /// A value could not be converted to or from JSON.
    invalid_value,
    /// A configured limit would be exceeded.
    limit_exceeded,
    /// The client's generation cannot carry this (binary to a 0.9 client).
    unsupported,
    /// An address could not be listened on, a certificate not be loaded, ...
    cannot_start,
    /// A time limit has passed. Thrown as TimeoutError.
    timeout,
    /// A greenlet's result was asked for that was killed before it had one.
    killed,
    /// Every greenlet of run() waited, and nothing could wake one. Thrown as Deadlock.
    deadlock,
    /// Another greenlet is using what only one may use at a time.
    in_use,
};

const std::error_category& error_category() noexcept;
inline std::error_code make_error_code(errc code) noexcept { return {static_cast<int>(code), error_category()}; }

/// The exception that sio throws: a code that callers can test, and a text that says what went wrong.
///
/// Not a std::system_error, which would add the code's general words to the text.
class Error : public std::runtime_error {
public:
    explicit Error(errc code, const std::string& what) : std::runtime_error(what), code_(make_error_code(code)) {}
    explicit Error(errc code) : std::runtime_error(make_error_code(code).message()), code_(make_error_code(code)) {}

    const std::error_code& code() const noexcept { return code_; }

private:
    std::error_code code_;
};

class TimeoutScope;
namespace greenlet {
class TimeoutLink;
}

/// Thrown when a time limit has passed: what a TimeoutScope (sio/timeout.hpp) throws, and, as a TimeoutError, what a blocking
/// call throws for a limit of its own.
///
/// Not a std::exception, as the limit may be that of an outer scope: handlers of errors in between must let it pass, as they
/// let GreenletExit. A scope's timeout that leaves the greenlet becomes a TimeoutError for those who ask how it ended.
/// gevent: `gevent.Timeout`, which is a `BaseException`.
class Timeout {
public:
    explicit Timeout(const std::string& what) : text_(what) {}
    Timeout() : text_(make_error_code(errc::timeout).message()) {}
    Timeout(const Timeout&) noexcept = default;
    Timeout& operator=(const Timeout&) noexcept = default;
    virtual ~Timeout() = default;

    virtual const char* what() const noexcept { return text_.what(); }
    /// errc::timeout, always.
    std::error_code code() const noexcept { return make_error_code(errc::timeout); }

    /// Limits what the current greenlet does until the returned scope ends; see TimeoutScope.
    static TimeoutScope after(std::chrono::nanoseconds limit);

private:
    friend class TimeoutScope;
    friend class greenlet::TimeoutLink;
    std::runtime_error text_;  // for its copies, which do not throw
    std::uint64_t scope_ = 0;  // which scope threw it; 0: a blocking call did
};

/// What a blocking call throws when the limit has passed that it was given, or that its object has. An ordinary error, and also
/// a Timeout, so that `catch (const sio::Timeout&)` is for both. Python: `TimeoutError`.
class TimeoutError : public Error, public Timeout {
public:
    explicit TimeoutError(const std::string& what) : Error(errc::timeout, what), Timeout(what) {}
    TimeoutError() : Error(errc::timeout) {}

    const char* what() const noexcept override { return Error::what(); }
    using Error::code;
};

/// What run() throws when all greenlets wait and nothing can wake one. The text lists who waits for what.
/// gevent: `gevent.exceptions.LoopExit`.
class Deadlock : public Error {
public:
    explicit Deadlock(const std::string& what) : Error(errc::deadlock, what) {}
};

}  // namespace sio

template <>
struct std::is_error_code_enum<sio::errc> : std::true_type {};
