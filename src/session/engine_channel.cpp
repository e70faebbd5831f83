#include "session/engine_channel.hpp"

#include <limits>
#include <utility>

#include "session/scratch.hpp"
#include "util/utf8.hpp"
#include "wire/eio3_codec.hpp"
#include "wire/eio3_packet.hpp"
#include "wire/eio4_codec.hpp"
#include "wire/ws_deflate.hpp"
#include "wire/ws_frame.hpp"

namespace sio::session {

using wire::PacketError;
using wire::PacketView;

namespace {

constexpr char message_type = '4';  // of Engine.IO, in front of every Socket.IO packet

struct Eio3Wire {
    using Decoder = wire::eio3::Decoder;
    static constexpr auto generation = wire::Generation::eio3;
    static constexpr std::string_view attachment_prefix = wire::eio3::binary_message_type;
    static void encode(const PacketView& packet, std::string& out) { wire::eio3::encode(packet, out); }
};

struct Eio4Wire {
    using Decoder = wire::eio4::Decoder;
    static constexpr auto generation = wire::Generation::eio4;
    static constexpr std::string_view attachment_prefix = {};
    static void encode(const PacketView& packet, std::string& out) { wire::eio4::encode(packet, out); }
};

template <class Wire>
void encode_text(const PacketView& packet, std::string& out) {
    out += message_type;
    Wire::encode(packet, out);
}

template <class Wire>
void encode_frames(const PacketView& packet, std::string& out) {
    std::string& text = scratch();
    encode_text<Wire>(packet, text);
    wire::append_ws_frame(out, wire::WsOpcode::text, text);
    for (const Binary& attachment : packet.attachments) {
        const std::string_view bytes = attachment.bytes();
        wire::append_ws_header(out, wire::WsOpcode::binary, Wire::attachment_prefix.size() + bytes.size());
        out += Wire::attachment_prefix;
        out += bytes;
    }
}

void append_frame(std::string& out, wire::WsOpcode opcode, std::string_view payload,
                  const WebSocketCompression& compression) {
    if (payload.size() < compression.threshold) return wire::append_ws_frame(out, opcode, payload);
    constexpr int window_bits = 15;
    wire::append_ws_deflated_frame(out, opcode, payload, wire::thread_deflater(window_bits, compression.level));
}

template <class Wire>
void encode_deflated(const PacketView& packet, const WebSocketCompression& compression, std::string& out) {
    std::string& text = scratch();
    encode_text<Wire>(packet, text);
    append_frame(out, wire::WsOpcode::text, text, compression);
    for (const Binary& attachment : packet.attachments) {
        std::string& bytes = scratch();
        bytes.clear();
        bytes += Wire::attachment_prefix;
        bytes += attachment.bytes();
        append_frame(out, wire::WsOpcode::binary, bytes, compression);
    }
}

}  // namespace

template <class Wire>
bool EngineChannel::send_as(const PacketView& packet, SendFlags flags) {
    if (flags.volatile_ && !session_.ready()) {
        session_.count_volatile();
        return false;
    }
    const auto way = session_.next_way();
    if (way == Backlog::Way::nowhere) return true;
    session_.counters().messages_out.add();
    std::string& text = scratch();
    encode_text<Wire>(packet, text);
    session_.put(way, text, packet.attachments, loss_of(packet));
    return true;
}

template <class Wire>
void EngineChannel::send_as(const Broadcast& packet, SendFlags flags) {
    if (flags.volatile_ && !session_.ready()) return session_.count_volatile();
    const auto way = session_.next_way();
    if (way == Backlog::Way::nowhere) return;
    session_.counters().messages_out.add();
    const std::size_t packets = 1 + packet.packet().attachments.size();
    switch (way == Backlog::Way::transport ? session_.takes_frames() : Frames::none) {
        case Frames::plain:
            return session_.send_frames(packet.encoded(Wire::generation, Broadcast::Form::frames, encode_frames<Wire>),
                                        packets);
        case Frames::deflated: {
            // Those who deflate are of an endpoint that has the options; nearly always there is but one.
            const auto encode = [this](const PacketView& view, std::string& out) {
                encode_deflated<Wire>(view, *session_.host().options.websocket_compression, out);
            };
            return session_.send_frames(packet.encoded(Wire::generation, Broadcast::Form::deflated_frames, encode),
                                        packets);
        }
        case Frames::none: break;
    }
    session_.put(way, *packet.encoded(Wire::generation, Broadcast::Form::text, encode_text<Wire>),
                 packet.packet().attachments, loss_of(packet.packet()));
}

template <class Wire>
void EngineChannel::read_as(std::string_view message) {
    if (collector_.pending()) return close(CloseReason::parse_error);
    // One for all connections of the thread: it holds nothing but scratch storage. The endpoint's own limit follows.
    thread_local typename Wire::Decoder decoder({.max_attachments = std::numeric_limits<std::uint32_t>::max()});
    take(decoder.decode(message));
}

void EngineChannel::take(const wire::Decoded& decoded) {
    const bool too_many = decoded.attachments > session_.host().options.max_attachments;
    if (too_many) session_.counters().reached(Limit::max_attachments);
    dropping_ = is_harmless(decoded.error);
    if ((decoded.error != PacketError::none && !dropping_) || too_many) return close(CloseReason::parse_error);
    if (decoded.attachments == 0) return deliver(decoded.packet);
    const std::size_t max_bytes = session_.host().options.max_attachment_bytes;
    if (collector_.begin(decoded.packet, decoded.attachments, max_bytes) != PacketError::none) {
        close(CloseReason::parse_error);
    }
}

void EngineChannel::on_binary(std::string_view message) {
    if (const auto error = collector_.add(message); error != PacketError::none) {
        if (error == PacketError::attachments_too_large) session_.counters().reached(Limit::max_attachment_bytes);
        return close(CloseReason::parse_error);
    }
    if (!collector_.complete()) return;
    // The handler may let the next packet in before it returns.
    const wire::AttachmentCollector whole = std::exchange(collector_, {});
    deliver(whole.packet());
}

void EngineChannel::deliver(const PacketView& packet) {
    session_.counters().messages_in.add();
    if (dropping_) return;
    if (handler_ && !handler_->on_packet(packet)) close(CloseReason::parse_error);
}

void EngineChannel::on_close(CloseReason reason) {
    if (const auto handler = std::exchange(handler_, nullptr)) handler->on_close(reason);
}

void EngineChannel::on_drained() {
    if (handler_) handler_->on_drained();
}

bool Eio3Channel::send(const PacketView& packet, SendFlags flags) { return send_as<Eio3Wire>(packet, flags); }
void Eio3Channel::send(const Broadcast& packet, SendFlags flags) { send_as<Eio3Wire>(packet, flags); }

void Eio3Channel::on_text(std::string_view message) { read_as<Eio3Wire>(message); }

bool Eio4Channel::send(const PacketView& packet, SendFlags flags) { return send_as<Eio4Wire>(packet, flags); }
void Eio4Channel::send(const Broadcast& packet, SendFlags flags) { send_as<Eio4Wire>(packet, flags); }
void Eio4Channel::on_text(std::string_view message) { read_as<Eio4Wire>(message); }

std::unique_ptr<EngineChannel> make_engine_channel(EngineSession& session) {
    if (session.generation() == wire::Generation::eio3) return std::make_unique<Eio3Channel>(session);
    return std::make_unique<Eio4Channel>(session);
}

}  // namespace sio::session
