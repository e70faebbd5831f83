#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "wire/packet.hpp"
#include "wire/packet_error.hpp"

// The text of Socket.IO packets, `<type>[<n>-][nsp,][id][json]`, in which revisions 4 (eio3) and 5 (eio4) of the protocol
// agree but for details. eio3_codec.hpp and eio4_codec.hpp are how it is used.

namespace sio::wire {

enum class SocketIoRevision : std::uint8_t {
    v4,  ///< socket.io-parser 2 and 3: CONNECT has no data but may have a query, ERROR has any
    v5,  ///< socket.io-parser 4: CONNECT may have an object, CONNECT_ERROR has an object or a string
};

/// Appends the text of a packet.
///
/// The packet is a BINARY_EVENT or BINARY_ACK when it has attachments; the attachments themselves are sent after it, each as
/// an Engine.IO binary message. `message` and `json`, which these revisions do not have, become the event `message`.
/// `data` is copied as it is; in revision 4 everything outside ASCII is escaped, and CONNECT leaves it out.
void encode_socket_io(SocketIoRevision revision, const PacketView& packet, std::string& out);

struct DecoderLimits {
    /// As socket.io-parser 4.2.6.
    std::uint32_t max_attachments = 10;
    /// Of a namespace's name, without its query.
    std::size_t max_nsp_bytes = 256;
};

/// What a decoder found.
struct Decoded {
    PacketError error = PacketError::none;
    /// Binary messages that must follow before the packet is whole.
    std::uint32_t attachments = 0;
    /// Meaningful without an error only. Its attachments are empty.
    PacketView packet;
};

/// Reads the text of packets, by the rules of the reference parser (see docs/protocol).
///
/// Holds nothing between packets but scratch storage: one decoder serves any number of connections on one thread.
class SocketIoDecoder {
public:
    explicit SocketIoDecoder(SocketIoRevision revision, DecoderLimits limits = {}) noexcept
        : revision_(revision), limits_(limits) {}

    /// The views of the result are into `text` and, for an event name with escapes, into this decoder: they are valid
    /// until the next call.
    ///
    /// Of the JSON only the outer shape and the event name are looked at. `array` (or `data` of the other types) is
    /// still to be parsed, and until that has succeeded `data` must not be passed on to anyone.
    Decoded decode(std::string_view text);

private:
    PacketError decode_event(std::string_view json, PacketView& packet);

    SocketIoRevision revision_;
    DecoderLimits limits_;
    std::string name_;
};

}  // namespace sio::wire
