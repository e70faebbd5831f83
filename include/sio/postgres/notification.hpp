#pragma once

#include <string>

namespace sio::postgres {

/// What `NOTIFY` sent, or a gap.
struct Notification {
    std::string channel;
    /// Empty when there was none; at most 8000 bytes.
    std::string payload;
    /// The process id of the server's side of the connection that sent it.
    int sender = 0;
    /// Not a notification: the connection was lost and is there again. What was sent meanwhile is not known, so look for
    /// yourself. The other members are empty.
    bool gap = false;
};

}  // namespace sio::postgres
