// Engine.IO 4 payloads: what decodes also encodes, and decodes to the same packets again; never more packets than allowed.

#include <string>
#include <vector>

#include "check.hpp"
#include "wire/eio4_payload.hpp"

namespace {

using namespace sio::wire;

struct Decoded {
    EngineType type;
    bool binary;
    std::string data;

    bool operator==(const Decoded&) const = default;
};

std::vector<Decoded> packets_of(std::string_view payload, std::size_t max_packets, EngineError& error) {
    std::vector<Decoded> all;
    eio4::PayloadDecoder packets(payload, max_packets);
    while (packets.next()) {
        const EnginePacket& packet = packets.packet();
        all.push_back({packet.type, packet.binary, std::string(packet.data)});
    }
    error = packets.error();
    return all;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    sio::fuzz::Input input(data, size);
    const std::size_t max_packets = input.byte() % 32;
    const std::string_view payload = input.rest();

    EngineError error{};
    const auto packets = packets_of(payload, max_packets, error);
    FUZZ_CHECK(packets.size() <= max_packets);
    if (packets.empty()) return 0;

    std::string again;
    eio4::PayloadEncoder encoder(again);
    bool binary = false;
    for (const auto& packet : packets) {
        packet.binary ? encoder.add_binary(packet.data) : encoder.add(packet.type, packet.data);
        binary = binary || packet.binary;
    }
    FUZZ_CHECK(packets_of(again, max_packets, error) == packets);
    FUZZ_CHECK(error == EngineError::none);
    // Base64 may have been written with line ends and without padding; everything else has one form.
    if (!binary) FUZZ_CHECK(payload.starts_with(again));
    return 0;
}
