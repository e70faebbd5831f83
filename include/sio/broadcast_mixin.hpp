#pragma once

#include <string_view>
#include <utility>

#include <sio/namespace.hpp>

namespace sio {

/// Events for everyone in the namespace. gevent-socketio: BroadcastMixin.
class BroadcastMixin : public virtual BaseNamespace {
public:
    /// Sends an event to every socket of the namespace, this one included.
    template <class... A>
    void broadcast_event(std::string_view event, A&&... arguments) {
        everyone().emit(event, std::forward<A>(arguments)...);
    }
    /// Sends an event to every other socket of the namespace.
    template <class... A>
    void broadcast_event_not_me(std::string_view event, A&&... arguments) {
        broadcast().emit(event, std::forward<A>(arguments)...);
    }
};

}  // namespace sio
