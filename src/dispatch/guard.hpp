#pragma once

#include <string_view>

#include "dispatch/connection.hpp"
#include "dispatch/socket_impl.hpp"

namespace sio::dispatch {

/// Throws std::logic_error that names `sid` and the way out.
[[noreturn]] void touched_elsewhere(std::string_view sid);

/// Throws std::logic_error when this thread is not that of the socket, while the socket is open: a data race otherwise, for
/// the price of a comparison.
inline void guard(const SocketImpl& socket) {
    if (socket.channel() && !socket.hub()->is_current()) touched_elsewhere(socket.sessid());
}
inline void guard(const Connection& connection) {
    const bool open = connection.state() != Connection::State::disconnected;
    if (open && !connection.hub().is_current()) touched_elsewhere(connection.sid());
}

}  // namespace sio::dispatch
