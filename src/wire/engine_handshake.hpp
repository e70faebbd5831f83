#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace sio::wire {

/// What an Engine.IO server tells a new client in its `open` packet.
struct EngineHandshake {
    std::string_view sid = {};
    /// Transports that the client may move to: `websocket`, or none.
    std::span<const std::string_view> upgrades = {};
    std::chrono::milliseconds ping_interval{25'000};
    std::chrono::milliseconds ping_timeout{20'000};
    std::size_t max_payload_bytes = 1'000'000;
};

/// Appends the JSON of an `open` packet: an object of exactly `sid`, `upgrades`, `pingInterval`, `pingTimeout` (both in
/// milliseconds) and `maxPayload`, in this order.
void append_handshake_json(std::string& out, const EngineHandshake& handshake);

}  // namespace sio::wire
