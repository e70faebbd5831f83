#include "session/eio4_channel.hpp"

#include <limits>
#include <utility>

#include "wire/eio4_codec.hpp"
#include "wire/ws_frame.hpp"

namespace sio::session {

using wire::PacketError;
using wire::PacketView;

namespace {

constexpr char message_type = '4';  // of Engine.IO, in front of every Socket.IO packet

/// The packets of one turn are encoded here one after the other: no memory is taken for each.
std::string& scratch() {
    thread_local std::string text;
    text.clear();
    if (text.capacity() > 64 * 1024) text.shrink_to_fit();
    return text;
}

void encode_text(const PacketView& packet, std::string& out) {
    out += message_type;
    wire::eio4::encode(packet, out);
}

void encode_frames(const PacketView& packet, std::string& out) {
    std::string& text = scratch();
    encode_text(packet, text);
    wire::append_ws_frame(out, wire::WsOpcode::text, text);
    for (const Binary& attachment : packet.attachments) {
        wire::append_ws_frame(out, wire::WsOpcode::binary, attachment.bytes());
    }
}

}  // namespace

void Eio4Channel::send(const PacketView& packet, SendFlags flags) {
    if (flags.volatile_ && !session_.ready()) return;
    std::string& text = scratch();
    encode_text(packet, text);
    session_.send_text(text);
    for (const Binary& attachment : packet.attachments) session_.send_binary(attachment.bytes());
}

void Eio4Channel::send(const Broadcast& packet, SendFlags flags) {
    if (flags.volatile_ && !session_.ready()) return;
    if (session_.takes_frames()) {
        return session_.send_frames(packet.encoded(generation(), Broadcast::Form::frames, encode_frames));
    }
    session_.send_text(*packet.encoded(generation(), Broadcast::Form::text, encode_text));
    for (const Binary& attachment : packet.packet().attachments) session_.send_binary(attachment.bytes());
}

void Eio4Channel::on_text(std::string_view message) {
    if (collector_.pending()) return close(CloseReason::parse_error);
    // One for all connections of the thread: it holds nothing but scratch storage. The endpoint's own limit follows.
    thread_local wire::eio4::Decoder decoder({.max_attachments = std::numeric_limits<std::uint32_t>::max()});
    const auto decoded = decoder.decode(message);
    const bool too_many = decoded.attachments > session_.host().options.max_attachments;
    if (decoded.error != PacketError::none || too_many) return close(CloseReason::parse_error);
    if (decoded.attachments == 0) return deliver(decoded.packet);
    const std::size_t max_bytes = session_.host().options.max_payload_bytes * decoded.attachments;
    if (collector_.begin(decoded.packet, decoded.attachments, max_bytes) != PacketError::none) {
        close(CloseReason::parse_error);
    }
}

void Eio4Channel::on_binary(std::string_view message) {
    if (collector_.add(message) != PacketError::none) return close(CloseReason::parse_error);
    if (!collector_.complete()) return;
    // The handler may let the next packet in before it returns.
    const wire::AttachmentCollector whole = std::exchange(collector_, {});
    deliver(whole.packet());
}

void Eio4Channel::deliver(const PacketView& packet) {
    if (handler_ && !handler_->on_packet(packet)) close(CloseReason::parse_error);
}

void Eio4Channel::on_close(CloseReason reason) {
    if (const auto handler = std::exchange(handler_, nullptr)) handler->on_close(reason);
}

void Eio4Channel::on_drained() {
    if (handler_) handler_->on_drained();
}

}  // namespace sio::session
