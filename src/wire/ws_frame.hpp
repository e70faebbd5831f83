#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// WebSocket frames (RFC 6455 section 5): what reading and writing have in common, and the writers.

namespace sio::wire {

/// RFC 6455 section 5.2.
enum class WsOpcode : std::uint8_t {
    continuation = 0x0,
    text = 0x1,
    binary = 0x2,
    close = 0x8,
    ping = 0x9,
    pong = 0xa,
};

/// Status codes of close frames (RFC 6455 section 7.4.1).
namespace ws_close {
inline constexpr std::uint16_t normal = 1000;
inline constexpr std::uint16_t going_away = 1001;
inline constexpr std::uint16_t protocol_error = 1002;
inline constexpr std::uint16_t unsupported_data = 1003;
inline constexpr std::uint16_t no_status = 1005;  ///< never sent: stands for a close frame without a code
inline constexpr std::uint16_t abnormal = 1006;   ///< never sent: stands for no close frame at all
inline constexpr std::uint16_t invalid_payload = 1007;
inline constexpr std::uint16_t policy_violation = 1008;
inline constexpr std::uint16_t message_too_big = 1009;
inline constexpr std::uint16_t mandatory_extension = 1010;
inline constexpr std::uint16_t internal_error = 1011;
}  // namespace ws_close

/// Whether an endpoint may send `code` in a close frame: those above that are not "never sent", 1012 to 1014 (IANA's
/// registry), 3000 to 4999 (libraries and applications).
constexpr bool ws_close_code_valid(std::uint16_t code) noexcept {
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

/// The most bytes that the payload of a control frame may have.
inline constexpr std::size_t ws_max_control_payload = 125;

/// The most bytes of a frame's header, mask included.
inline constexpr std::size_t ws_max_header = 14;

struct WsFrameBits {
    bool fin = true;
    /// The message is compressed (permessage-deflate, RFC 7692); on the first frame of a message only.
    bool rsv1 = false;
};

/// Appends the header of a frame without a mask, as servers send it, for a payload that the caller appends.
void append_ws_header(std::string& out, WsOpcode opcode, std::size_t payload_size, WsFrameBits bits = {});

/// Appends a whole frame without a mask.
void append_ws_frame(std::string& out, WsOpcode opcode, std::string_view payload, WsFrameBits bits = {});

/// Appends a whole frame with a mask, as clients must send it. The mask should be unpredictable (section 10.3); its
/// bytes are used in the order of memory.
void append_ws_masked_frame(std::string& out, WsOpcode opcode, std::string_view payload, std::uint32_t mask,
                            WsFrameBits bits = {});

/// The payload of a close frame. `no_status` gives an empty one; `reason` is cut, between characters, to what fits.
std::string ws_close_payload(std::uint16_t code, std::string_view reason = {});

/// Appends a close frame without a mask.
void append_ws_close(std::string& out, std::uint16_t code, std::string_view reason = {});

}  // namespace sio::wire
