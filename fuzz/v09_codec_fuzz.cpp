// Packets of Socket.IO 0.9: what decodes also encodes, and reads back the same; what is an event has a JSON shape.

#include <string>

#include "check.hpp"
#include "util/utf8.hpp"
#include "wire/v09_codec.hpp"

using sio::wire::PacketError;
using sio::wire::PacketType;
using sio::wire::PacketView;
using namespace sio::wire::v09;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = sio::fuzz::text_of(data, size);
    if (!sio::util::utf8_valid(text)) return 0;  // the transports let nothing else through
    Decoder decoder;
    const Decoded decoded = decoder.decode(text);
    if (decoded.error != PacketError::none) return 0;
    if (decoded.type == FrameType::heartbeat || decoded.type == FrameType::noop) return 0;

    const PacketView& packet = decoded.packet;
    FUZZ_CHECK(!packet.nsp.empty());
    FUZZ_CHECK(packet.nsp.size() <= DecoderLimits{}.max_nsp_bytes);
    FUZZ_CHECK(packet.attachments.empty());
    FUZZ_CHECK(!(packet.id && decoded.acknowledge));
    if (!packet.array.empty()) {
        FUZZ_CHECK(packet.array.front() == '[' && packet.array.back() == ']');
        FUZZ_CHECK(packet.data.size() + 2 <= packet.array.size());
    }
    std::string again;
    encode(packet, again);
    FUZZ_CHECK(sio::util::utf8_valid(again));
    if (packet.type == PacketType::connect_error) return 0;  // becomes a refusal

    Decoder other;
    const Decoded second = other.decode(again);
    FUZZ_CHECK(second.error == PacketError::none);
    FUZZ_CHECK(second.type == decoded.type);
    FUZZ_CHECK(second.packet.nsp == packet.nsp);
    FUZZ_CHECK(second.packet.id == packet.id);
    if (packet.type != PacketType::message) {
        // Line breaks were replaced, and are from now on.
        std::string third;
        encode(second.packet, third);
        FUZZ_CHECK(third == again);
    } else {
        FUZZ_CHECK(second.packet.data == packet.data);
    }
    FUZZ_CHECK(second.packet.name == packet.name);
    return 0;
}
