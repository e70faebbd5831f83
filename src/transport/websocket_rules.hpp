#pragma once

#include <cstddef>
#include <cstdint>

#include "session/channel.hpp"
#include "wire/ws_frame.hpp"

// What sessions of all generations have in common over WebSocket.

namespace sio::transport {

/// A client with more than this on its way to it does not keep up: volatile packets are dropped.
inline constexpr std::size_t ready_limit = 64 * 1024;

/// The code of the close frame that ends a session for that reason.
constexpr std::uint16_t close_code(session::CloseReason reason) noexcept {
    using session::CloseReason;
    switch (reason) {
        case CloseReason::server_shutting_down: return wire::ws_close::going_away;
        case CloseReason::parse_error:
        case CloseReason::forced_server_close:
        case CloseReason::slow_consumer: return wire::ws_close::policy_violation;
        default: return wire::ws_close::normal;
    }
}

/// Whether the peer would not answer a close frame: it has gone silent, or does not read.
constexpr bool is_unreachable(session::CloseReason reason) noexcept {
    return reason == session::CloseReason::ping_timeout || reason == session::CloseReason::slow_consumer;
}

/// The reason for which a session ends whose WebSocket ended with that code.
constexpr session::CloseReason reason_of_close(std::uint16_t code) noexcept {
    const bool by_peer = code == wire::ws_close::abnormal || wire::ws_close_code_valid(code);
    return by_peer ? session::CloseReason::transport_close : session::CloseReason::transport_error;
}

}  // namespace sio::transport
