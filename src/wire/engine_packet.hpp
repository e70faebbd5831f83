#pragma once

#include <cstdint>
#include <string_view>

namespace sio::wire {

/// The types of Engine.IO packets, in all its versions; the value is the digit on the wire.
enum class EngineType : std::uint8_t { open, close, ping, pong, message, upgrade, noop };

/// One Engine.IO packet.
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
    unknown_type,      ///< the first character is no type (0 to 6) and no sign of a binary message
    bad_base64,        ///< a binary message whose text is not base64
    too_many_packets,  ///< a payload with more packets than allowed
    bad_length,        ///< eio3: the length of a packet in a payload is no number, or not that of what follows
    bad_utf8,          ///< eio3: a text packet in a binary payload that is not UTF-8
};

/// Words for logs.
std::string_view error_text(EngineError error) noexcept;

}  // namespace sio::wire
