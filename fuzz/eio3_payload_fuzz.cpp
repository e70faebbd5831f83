// Engine.IO 3 payloads, text and binary: what decodes, encoded again, decodes to the same; never more packets than allowed.

#include <string>
#include <vector>

#include "check.hpp"
#include "util/utf8.hpp"
#include "wire/eio3_payload.hpp"

namespace {

using namespace sio::wire;

struct Kept {
    EngineType type;
    bool binary;
    std::string data;
    bool operator==(const Kept&) const = default;
};

template <class Decoder>
std::vector<Kept> read(std::string_view payload, std::size_t max_packets, EngineError& error) {
    std::vector<Kept> packets;
    Decoder decoder(payload, max_packets);
    while (decoder.next()) {
        const EnginePacket& packet = decoder.packet();
        packets.push_back({packet.type, packet.binary, std::string(packet.data)});
    }
    error = decoder.error();
    return packets;
}

template <class Decoder, class Encoder>
void check(std::string_view payload, std::size_t max_packets) {
    EngineError error{};
    const auto packets = read<Decoder>(payload, max_packets, error);
    FUZZ_CHECK(packets.size() <= max_packets);
    if (packets.empty()) {
        FUZZ_CHECK(error != EngineError::none);
        return;
    }
    std::string again;
    Encoder encoder(again);
    for (const Kept& packet : packets) {
        if (packet.binary) {
            encoder.add_binary(packet.data);
        } else {
            encoder.add_encoded(static_cast<char>('0' + static_cast<int>(packet.type)) + packet.data);
        }
    }
    EngineError none{};
    FUZZ_CHECK(read<Decoder>(again, max_packets, none) == packets);
    FUZZ_CHECK(none == EngineError::none);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    sio::fuzz::Input input(data, size);
    const std::size_t max_packets = input.byte() % 32;
    const std::string_view payload = input.rest();
    check<eio3::BinaryPayloadDecoder, eio3::BinaryPayloadEncoder>(payload, max_packets);
    EngineError error{};
    // What is not UTF-8 is refused before it is decoded; then decoding has to be safe and nothing more.
    if (sio::util::utf8_valid(payload)) {
        check<eio3::TextPayloadDecoder, eio3::TextPayloadEncoder>(payload, max_packets);
    } else {
        read<eio3::TextPayloadDecoder>(payload, max_packets, error);
    }
    return 0;
}
