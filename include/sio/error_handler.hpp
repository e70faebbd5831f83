#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <string>

namespace sio {

class Socket;

/// The names of errors that clients are told, in gevent-socketio's spelling.
namespace error_name {
inline constexpr const char* method_access_denied = "method_access_denied";
inline constexpr const char* no_such_method = "no_such_method";
inline constexpr const char* invalid_method_args = "invalid_method_args";
inline constexpr const char* unallowed_event_name = "unallowed_event_name";
inline constexpr const char* invalid_packet = "invalid_packet";
inline constexpr const char* no_such_namespace = "no_such_namespace";
/// A handler threw an exception. sio's own: in gevent-socketio that was the end of the socket.
inline constexpr const char* internal_error = "internal_error";
}  // namespace error_name

/// Something that went wrong while a packet of a client was handled.
struct ErrorReport {
    /// One of error_name, or the application's own.
    std::string name;
    /// Meant for the client.
    std::string message;
    /// The namespace concerned.
    std::string endpoint;
    /// The event's acknowledgement id, if it asked for one.
    std::optional<std::uint64_t> msg_id;
    /// Not to be sent to the client.
    bool quiet = false;
    /// The event that was handled; empty when it was none.
    std::string event;
    /// What a handler threw; null when none did.
    std::exception_ptr exception;
};

/// What is done about it; see ManageOptions::error_handler. Called in a greenlet on the socket's shard. sio has logged
/// exceptions before.
using ErrorHandler = std::function<void(Socket& socket, const ErrorReport& report)>;

/// Logs the report and, unless it is quiet, emits the event `error` with its name and message in that namespace.
void default_error_handler(Socket& socket, const ErrorReport& report);

}  // namespace sio
