#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "wire/packet.hpp"
#include "wire/packet_error.hpp"

namespace sio::wire::eio4 {

/// Appends the text of a Socket.IO 5 packet: `<type>[<n>-][nsp,][id][json]`.
///
/// The packet is a BINARY_EVENT or BINARY_ACK when it has attachments; the attachments themselves are sent after it, each as
/// an Engine.IO binary message. `message` and `json`, which this generation does not have, become the event `message`.
/// `data` is copied as it is.
void encode(const PacketView& packet, std::string& out);

struct DecoderLimits {
    /// As socket.io-parser 4.2.6.
    std::uint32_t max_attachments = 10;
    /// Of a namespace's name, without its query.
    std::size_t max_nsp_bytes = 256;
};

/// What Decoder::decode() found.
struct Decoded {
    PacketError error = PacketError::none;
    /// Binary messages that must follow before the packet is whole.
    std::uint32_t attachments = 0;
    /// Meaningful without an error only. Its attachments are empty.
    PacketView packet;
};

/// Reads the text of Socket.IO 5 packets, by the rules of socket.io-parser 5 (see docs/protocol/socket.io-5.md).
///
/// Holds nothing between packets but scratch storage: one decoder serves any number of connections on one thread.
class Decoder {
public:
    explicit Decoder(DecoderLimits limits = {}) noexcept : limits_(limits) {}

    /// The views of the result are into `text` and, for an event name with escapes, into this decoder: they are valid
    /// until the next call.
    ///
    /// Of the JSON only the outer shape and the event name are looked at. `array` (or `data` of the other types) is
    /// still to be parsed, and until that has succeeded `data` must not be passed on to anyone.
    Decoded decode(std::string_view text);

private:
    PacketError decode_event(std::string_view json, PacketView& packet);

    DecoderLimits limits_;
    std::string name_;
};

}  // namespace sio::wire::eio4
