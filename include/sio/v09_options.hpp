#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace sio {

/// Timing and transports of sessions of Socket.IO 0.7 to 0.9, which have no Engine.IO beneath. The defaults are the
/// reference server's and gevent-socketio's; limits, CORS and allow_request are those of EngineOptions.
struct V09Options {
    /// After how long a silence of either side the server sends a heartbeat. At least 1 ms. Not over polling.
    std::chrono::milliseconds heartbeat_interval{25'000};
    /// How long after a heartbeat the client may stay silent before it is closed with `ping timeout`; also what the client
    /// is told, in whole seconds: how long a silence of the server it is to bear. At least 1 ms.
    std::chrono::milliseconds heartbeat_timeout{60'000};
    /// How long a session may be without a connection: after the handshake, and between polls. At least 1 ms.
    std::chrono::milliseconds close_timeout{60'000};
    /// After how long a poll for which there is nothing is answered with a noop. At least 1 ms, and less than close_timeout:
    /// a client gives up when it hears nothing for that long.
    std::chrono::milliseconds polling_duration{20'000};
    /// Transports that clients may use, in the order in which they are to try. gevent-socketio: `transports`.
    std::vector<std::string> transports = {"websocket",     "flashsocket", "htmlfile",
                                           "xhr-multipart", "xhr-polling", "jsonp-polling"};
};

}  // namespace sio
