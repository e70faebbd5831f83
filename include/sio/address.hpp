#pragma once

#include <cstdint>
#include <string>

namespace sio {

/// Where to listen, or to connect to. `{"0.0.0.0", 5000}`, `{"::1", 0}`, `{"localhost", 5000}`, `{"unix:/run/app.sock"}`.
struct Address {
    /// A numeric address, a name that is resolved (to listen: all of its addresses; to connect: one after the other), or
    /// `unix:` and a path. Empty: every address, IPv4 and IPv6.
    std::string host = "127.0.0.1";
    /// 0: one that is free. No meaning for a Unix socket.
    std::uint16_t port = 0;

    friend bool operator==(const Address&, const Address&) = default;
};

}  // namespace sio
