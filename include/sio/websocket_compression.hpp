#pragma once

#include <cstddef>

namespace sio {

/// permessage-deflate (RFC 7692): compressed WebSocket messages, for clients that offer it.
struct WebSocketCompression {
    /// Messages below this size are sent as they are, in bytes.
    std::size_t threshold = 1024;
    /// 1 (fast) to 9 (small).
    int level = 1;
    /// Both sides compress with reference to earlier messages: much smaller when messages are alike, but about 300 KB of
    /// memory for each connection, and a broadcast is compressed anew for each. Off: neither costs anything while idle.
    bool context_takeover = false;
};

}  // namespace sio
