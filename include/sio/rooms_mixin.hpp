#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sio/namespace.hpp>

namespace sio {

/// Groups of sockets within a namespace. gevent-socketio: RoomsMixin.
///
/// A room exists as long as someone is in it. A socket leaves its rooms when it is disconnected.
class RoomsMixin : public virtual BaseNamespace {
public:
    /// No effect when it is in there already. Throws Error(errc::limit_exceeded) beyond SocketOptions::max_rooms.
    void join(std::string_view room) { join_room(room); }
    /// No effect when it is not in there.
    void leave(std::string_view room) { leave_room(room); }
    /// The rooms that it is in, in the order of joining; in recv_disconnect(), those that it was in.
    std::vector<std::string> rooms() const { return joined_rooms(); }

    /// Sends an event to every socket in `room` except this one, which need not be in there.
    template <class... A>
    void emit_to_room(std::string_view room, std::string_view event, A&&... arguments) {
        to(room).emit(event, std::forward<A>(arguments)...);
    }
};

}  // namespace sio
