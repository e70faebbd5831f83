#include "session/channel.hpp"

#include "session/session_quota.hpp"

namespace sio::session {

std::string_view reason_text(CloseReason reason) noexcept {
    switch (reason) {
        case CloseReason::transport_close: return "transport close";
        case CloseReason::transport_error: return "transport error";
        case CloseReason::ping_timeout: return "ping timeout";
        case CloseReason::parse_error: return "parse error";
        case CloseReason::server_namespace_disconnect: return "server namespace disconnect";
        case CloseReason::client_namespace_disconnect: return "client namespace disconnect";
        case CloseReason::server_shutting_down: return "server shutting down";
        case CloseReason::forced_close: return "forced close";
        case CloseReason::forced_server_close: return "forced server close";
        case CloseReason::slow_consumer: return "slow consumer";
    }
    return "transport close";
}

SessionSlot Channel::slot() const { return {}; }

}  // namespace sio::session
