#include "transport/websocket.hpp"

#include <string>
#include <utility>

#include "transport/websocket_rules.hpp"
#include "util/utf8.hpp"
#include "wire/eio3_packet.hpp"
#include "wire/eio4_packet.hpp"

namespace sio::transport {

using session::CloseReason;
using wire::EnginePacket;
using wire::EngineType;

WebSocket::~WebSocket() { connection_->detach(); }

bool WebSocket::ready() const noexcept { return connection_->is_open() && connection_->queued_bytes() < ready_limit; }

void WebSocket::send(bool binary, std::string_view packet) {
    if (!binary) return send_text(packet);
    const bool eio3 = generation_ == Generation::eio3;
    if (!form_.base64) {
        return connection_->send(wire::WsOpcode::binary, packet, eio3 ? wire::eio3::binary_message_type : "");
    }
    std::string text;
    eio3 ? wire::eio3::append_binary(text, packet) : wire::eio4::append_binary(text, packet);
    connection_->send(wire::WsOpcode::text, text);
}

void WebSocket::send_text(std::string_view packet) {
    if (!form_.encoded_twice || util::is_ascii(packet)) return connection_->send(wire::WsOpcode::text, packet);
    std::string again;
    util::append_encoded_again(again, packet);
    connection_->send(wire::WsOpcode::text, again);
}

session::Frames WebSocket::takes_frames() const noexcept {
    if (form_.base64 || form_.encoded_twice) return session::Frames::none;
    const WebSocketDeflate* const deflate = connection_->deflate();
    if (!deflate) return session::Frames::plain;
    return deflate->shares_frames() ? session::Frames::deflated : session::Frames::none;
}

void WebSocket::close(CloseReason reason) {
    session_ = nullptr;
    if (is_unreachable(reason)) {
        connection_->detach();
        connection_->abort();
    } else {
        connection_->close(close_code(reason));
    }
}

wire::EngineError WebSocket::decode(const wire::WsMessage& message, std::string& decoded, EnginePacket& packet) const {
    if (generation_ == Generation::eio3) {
        if (message.binary) return wire::eio3::decode_binary_packet(message.payload(), packet);
        const auto error = wire::eio3::decode_packet(message.payload(), decoded, packet);
        std::string once;
        if (form_.encoded_twice && !packet.binary && util::append_once_encoded(once, packet.data)) {
            decoded = std::move(once);
            packet.data = decoded;
        }
        return error;
    }
    if (!message.binary) return wire::eio4::decode_packet(message.payload(), decoded, packet);
    packet = {EngineType::message, true, message.payload()};
    return wire::EngineError::none;
}

void WebSocket::on_message(const wire::WsMessage& message) {
    if (!session_) return;
    const boost::intrusive_ptr<WebSocket> keep(this);
    const session::EngineSessionPtr session(session_);
    std::string decoded;
    EnginePacket packet;
    if (decode(message, decoded, packet) != wire::EngineError::none) {
        return session->on_transport_end(*this, CloseReason::parse_error);
    }
    session->on_packet(*this, packet);
}

void WebSocket::on_end(std::uint16_t code, std::string_view) {
    if (!session_) return;
    const boost::intrusive_ptr<WebSocket> keep(this);
    if (code == wire::ws_close::message_too_big) session_->counters().reached(session::Limit::max_payload_bytes);
    session_->on_transport_end(*this, reason_of_close(code));
}

void WebSocket::on_drained() {
    if (session_) session_->on_transport_drained(*this);
}

}  // namespace sio::transport
