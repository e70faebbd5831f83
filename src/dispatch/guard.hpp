#pragma once

#include <string_view>

#include "dispatch/connection.hpp"
#include "dispatch/socket_impl.hpp"

namespace sio::dispatch {

/// Whether a socket that is touched on another thread than its worker's is caught: in debug builds of the library.
#ifdef NDEBUG
inline constexpr bool guards_sockets = false;
#else
inline constexpr bool guards_sockets = true;
#endif

/// Throws std::logic_error that names `sid` and the way out.
[[noreturn]] void touched_elsewhere(std::string_view sid);

/// Throws std::logic_error when this thread is not that of the socket, while the socket is open; out of a function that is
/// noexcept, that ends the program. Costs nothing in release builds, where this is a data race.
inline void guard(const SocketImpl& socket) {
    if constexpr (guards_sockets) {
        if (socket.channel() && !socket.hub()->is_current()) touched_elsewhere(socket.sessid());
    }
}
inline void guard(const Connection& connection) {
    if constexpr (guards_sockets) {
        const bool open = connection.state() != Connection::State::disconnected;
        if (open && !connection.hub().is_current()) touched_elsewhere(connection.sid());
    }
}

}  // namespace sio::dispatch
