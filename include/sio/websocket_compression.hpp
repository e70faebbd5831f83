#pragma once

#include <cstddef>

namespace sio {

/// permessage-deflate (RFC 7692): compressed WebSocket messages, for clients that offer it.
struct WebSocketCompression {
    /// Messages below this size are sent as they are, in bytes.
    std::size_t threshold = 1024;
    /// 1 (fast) to 9 (small).
    int level = 1;
    /// The server compresses with reference to earlier messages: much smaller when messages are alike, but about 256 KB of
    /// memory for each connection that a compressed message was sent on, and a broadcast is compressed anew for each.
    ///
    /// Clients decide for themselves: one that does not offer `client_no_context_takeover` (browsers do not) refers to its
    /// earlier messages, which takes 44 KB from its first compressed message on.
    bool context_takeover = false;
};

}  // namespace sio
