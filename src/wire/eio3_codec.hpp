#pragma once

#include <string>

#include "wire/socket_io_codec.hpp"

namespace sio::wire::eio3 {

/// Appends the text of a Socket.IO 4 packet, all of it ASCII: 1.x clients take what they get for UTF-8 that was encoded
/// twice, 2.x clients do not, and ASCII reads the same either way.
inline void encode(const PacketView& packet, std::string& out) { encode_socket_io(SocketIoRevision::v4, packet, out); }

/// Reads the text of Socket.IO 4 packets, by the rules of socket.io-parser 3 (docs/protocol/socket.io-4.md).
class Decoder : public SocketIoDecoder {
public:
    explicit Decoder(DecoderLimits limits = {}) noexcept : SocketIoDecoder(SocketIoRevision::v4, limits) {}
};

}  // namespace sio::wire::eio3
