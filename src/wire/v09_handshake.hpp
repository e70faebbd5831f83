#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>

namespace sio::wire::v09 {

/// What a server tells a new client of 0.7 to 0.9.
struct Handshake {
    std::string_view sid;
    /// After how much silence the client gives the connection up.
    std::chrono::milliseconds heartbeat_timeout{60'000};
    /// How long the client may be without a connection before the session is over.
    std::chrono::milliseconds close_timeout{60'000};
    /// What the client may use, in the order in which it is to try.
    std::span<const std::string> transports = {};
};

/// Appends `sid:heartbeat timeout:close timeout:transport,transport`. Times are whole seconds, rounded up.
void append_handshake(std::string& out, const Handshake& handshake);

}  // namespace sio::wire::v09
