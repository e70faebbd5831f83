#pragma once

#include <string>

#include "wire/socket_io_codec.hpp"

namespace sio::wire::eio4 {

/// Appends the text of a Socket.IO 5 packet.
inline void encode(const PacketView& packet, std::string& out) { encode_socket_io(SocketIoRevision::v5, packet, out); }

/// Reads the text of Socket.IO 5 packets, by the rules of socket.io-parser 4 (docs/protocol/socket.io-5.md).
class Decoder : public SocketIoDecoder {
public:
    explicit Decoder(DecoderLimits limits = {}) noexcept : SocketIoDecoder(SocketIoRevision::v5, limits) {}
};

}  // namespace sio::wire::eio4
