#include "transport/v09_websocket.hpp"

#include "transport/websocket_rules.hpp"

namespace sio::transport {

using session::CloseReason;

bool V09WebSocket::ready() const noexcept {
    return connection_->is_open() && connection_->queued_bytes() < ready_limit;
}

void V09WebSocket::send(bool, std::string_view packet) { connection_->send(wire::WsOpcode::text, packet); }

void V09WebSocket::close(CloseReason reason) {
    session_ = nullptr;
    if (is_unreachable(reason)) {
        connection_->detach();
        connection_->abort();
    } else {
        connection_->close(close_code(reason));
    }
}

void V09WebSocket::leave() {
    session_ = nullptr;
    connection_->close(wire::ws_close::normal);
}

void V09WebSocket::on_message(const wire::WsMessage& message) {
    if (!session_) return;
    const boost::intrusive_ptr<V09WebSocket> keep(this);
    const session::V09SessionPtr session(session_);
    // There is nothing binary in this protocol.
    if (message.binary) return session->close(CloseReason::parse_error);
    session->on_packet(message.payload());
}

void V09WebSocket::on_end(std::uint16_t code, std::string_view) {
    if (!session_) return;
    const boost::intrusive_ptr<V09WebSocket> keep(this);
    session_->on_transport_end(*this, reason_of_close(code));
}

void V09WebSocket::on_drained() {
    if (session_) session_->on_transport_drained(*this);
}

}  // namespace sio::transport
