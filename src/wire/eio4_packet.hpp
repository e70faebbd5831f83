#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sio::wire::eio4 {

/// The types of Engine.IO packets; the value is the digit on the wire.
enum class EngineType : std::uint8_t { open, close, ping, pong, message, upgrade, noop };

/// One Engine.IO 4 packet.
struct EnginePacket {
    EngineType type = EngineType::noop;
    /// Only messages are binary.
    bool binary = false;
    /// What follows the type: `probe` of `2probe`. Of a binary message the bytes themselves.
    std::string_view data;
};

enum class EngineError : std::uint8_t {
    none,
    empty_packet,      ///< not even a type
    unknown_type,      ///< the first character is none of `0` to `6` and `b`
    bad_base64,        ///< a binary message whose text is not strict base64
    too_many_packets,  ///< a payload with more packets than allowed
};

/// Words for logs.
std::string_view error_text(EngineError error) noexcept;

/// Reads the text of one packet: a WebSocket text message, or one packet of a polling payload.
///
/// `packet` views into `text`, or, for `b<base64>`, into `decoded`, whose former content is lost. As in the reference
/// parser, text behind types that carry none is kept and means nothing.
EngineError decode_packet(std::string_view text, std::string& decoded, EnginePacket& packet);

/// Appends a packet as text: `4hello`. Over WebSocket a binary message is the bytes alone and needs no encoding.
void append_packet(std::string& out, EngineType type, std::string_view data = {});

/// Appends a binary message as text, for polling: `b<base64>`.
void append_binary(std::string& out, std::string_view bytes);

}  // namespace sio::wire::eio4
