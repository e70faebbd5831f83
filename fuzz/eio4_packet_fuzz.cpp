// Engine.IO 4 packets: what decodes also encodes, to the same text.

#include <string>

#include "check.hpp"
#include "wire/eio4_packet.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace sio::wire;
    using namespace sio::wire::eio4;
    const std::string_view text = sio::fuzz::text_of(data, size);
    std::string decoded;
    EnginePacket packet;
    const EngineError error = decode_packet(text, decoded, packet);
    if (error != EngineError::none) {
        FUZZ_CHECK(text.empty() == (error == EngineError::empty_packet));
        return 0;
    }
    FUZZ_CHECK(!packet.binary || packet.type == EngineType::message);
    std::string again;
    if (packet.binary) {
        append_binary(again, packet.data);
    } else {
        append_packet(again, packet.type, packet.data);
    }
    FUZZ_CHECK(again == text);
    return 0;
}
