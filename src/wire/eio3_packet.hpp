#pragma once

#include <string>
#include <string_view>

#include "wire/engine_packet.hpp"

namespace sio::wire::eio3 {

/// Stands in front of the bytes of a binary message, over WebSocket and in binary payloads: the type, as a byte.
inline constexpr std::string_view binary_message_type = "\x04";

/// Reads a packet as text: a WebSocket text message, or one packet of a text payload.
///
/// `packet` views into `text`, or, for `b4<base64>`, into `decoded`, whose former content is lost. Text behind types that
/// carry none is kept and means nothing.
EngineError decode_packet(std::string_view text, std::string& decoded, EnginePacket& packet);

/// Reads a packet as bytes: a WebSocket binary message, or one binary packet of a binary payload. It is a message, or an
/// error: no client says anything else in bytes.
EngineError decode_binary_packet(std::string_view bytes, EnginePacket& packet);

/// Appends a binary message as text: `b4<base64>`.
void append_binary(std::string& out, std::string_view bytes);

}  // namespace sio::wire::eio3
