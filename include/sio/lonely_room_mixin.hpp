#pragma once

#include <sio/rooms_mixin.hpp>

namespace sio {

/// As RoomsMixin, but emit_to_room() includes this socket when it is in the room. gevent-socketio: the LonelyRoomMixin of
/// its tutorial.
class LonelyRoomMixin : public RoomsMixin {
public:
    template <class... A>
    void emit_to_room(std::string_view room, std::string_view event, A&&... arguments) {
        everyone().to(room).emit(event, std::forward<A>(arguments)...);
    }
};

}  // namespace sio
