#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "wire/packet.hpp"
#include "wire/packet_error.hpp"

namespace sio::wire::v09 {

/// The types of packets of Socket.IO 0.7 to 0.9; the value is the digit on the wire.
enum class FrameType : std::uint8_t { disconnect, connect, heartbeat, message, json, event, ack, error, noop };

/// What an error packet says, as the number on the wire.
enum class ErrorReason : std::uint8_t { transport_not_supported, client_not_handshaken, unauthorized };

/// Ready packets without an endpoint.
inline constexpr std::string_view connect_packet = "1::";
inline constexpr std::string_view disconnect_packet = "0::";
inline constexpr std::string_view heartbeat_packet = "2::";
inline constexpr std::string_view noop_packet = "8::";

/// Appends the text of a packet: `type:id[+]:endpoint[:data]`.
///
/// Attachments cannot be carried: the packet has none. The default namespace is the empty endpoint. An id of an event or a
/// message asks for an acknowledgement with data (`id+`). What refuses a connection, `connect_error`, becomes an error
/// packet with the reason `unauthorized`: the client knows three reasons by their numbers and no words.
///
/// JSON is copied, but for line breaks between its tokens, which become spaces, and for U+2028 and U+2029, which are
/// escaped: the 0.9 client takes an acknowledgement apart by an expression that ends at the first of any of them. The text
/// of a `message` is copied with U+FFFD for bytes that are not UTF-8.
void encode(const PacketView& packet, std::string& out);

/// Appends the answer to an event that asked for an acknowledgement without data: `6::/chat:7`.
void append_ack(std::string& out, std::string_view nsp, std::uint64_t id);
/// Appends an error packet; with `reconnect` it advises the client to begin anew: `7:::1+0`.
void append_error(std::string& out, std::string_view nsp, ErrorReason reason, bool reconnect);

struct DecoderLimits {
    /// Of a namespace's name, without its query.
    std::size_t max_nsp_bytes = 256;
};

/// What Decoder::decode() found.
struct Decoded {
    PacketError error = PacketError::none;
    FrameType type = FrameType::noop;
    /// The packet wants this id acknowledged as soon as it has arrived, whatever becomes of it (an id without `+`). The id
    /// of `packet` is empty then.
    std::optional<std::uint64_t> acknowledge;
    /// Meaningful without an error, and for heartbeats and noops not at all. Never with attachments. Its `nsp` begins with
    /// `/`, unless the client says otherwise: endpoints are not checked.
    PacketView packet;
};

/// Reads packets of 0.7 to 0.9 clients, by the rules of socket.io 0.9's parser (see docs/protocol/socket.io-0.9.md) but
/// without its leniency: what its expression does not match whole is an error.
///
/// Holds nothing between packets but scratch storage: one decoder serves any number of connections on one thread.
class Decoder {
public:
    explicit Decoder(DecoderLimits limits = {}) noexcept : limits_(limits) {}

    /// The views of the result are into `text`, which is valid UTF-8, and into this decoder: they are valid until the next
    /// call. Of JSON only the outer shape is looked at, as in wire::eio4::Decoder::decode().
    Decoded decode(std::string_view text);

private:
    PacketError decode_event(std::string_view json, PacketView& packet);

    DecoderLimits limits_;
    std::string scratch_;
};

}  // namespace sio::wire::v09
