#pragma once

#include <string>
#include <string_view>

#include "wire/engine_packet.hpp"

namespace sio::wire::eio4 {

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
