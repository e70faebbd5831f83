// Engine.IO 4 payloads: what decodes also encodes, to the same text; never more packets than allowed.

#include <string>

#include "check.hpp"
#include "wire/eio4_payload.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace sio::wire;
    using namespace sio::wire::eio4;
    sio::fuzz::Input input(data, size);
    const std::size_t max_packets = input.byte() % 32;
    const std::string_view payload = input.rest();

    PayloadDecoder packets(payload, max_packets);
    std::string again;
    PayloadEncoder encoder(again);
    std::size_t count = 0;
    while (packets.next()) {
        ++count;
        const EnginePacket& packet = packets.packet();
        if (packet.binary) {
            encoder.add_binary(packet.data);
        } else {
            encoder.add(packet.type, packet.data);
        }
    }
    FUZZ_CHECK(count <= max_packets);
    FUZZ_CHECK(payload.starts_with(again));
    if (packets.error() == EngineError::none) FUZZ_CHECK(again == payload);
    return 0;
}
