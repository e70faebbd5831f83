// Engine.IO 3 packets, as text and as bytes: what decodes also encodes, to the same; base64 to the strict form of it.

#include <string>

#include "check.hpp"
#include "wire/eio3_packet.hpp"
#include "wire/eio4_packet.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace sio::wire;
    const std::string_view text = sio::fuzz::text_of(data, size);
    std::string decoded;
    EnginePacket packet;
    if (eio3::decode_packet(text, decoded, packet) == EngineError::none) {
        FUZZ_CHECK(!packet.binary || packet.type == EngineType::message);
        std::string again;
        if (packet.binary) {
            eio3::append_binary(again, packet.data);
        } else {
            eio4::append_packet(again, packet.type, packet.data);
        }
        if (packet.binary) {
            std::string twice;
            EnginePacket same;
            FUZZ_CHECK(eio3::decode_packet(again, twice, same) == EngineError::none);
            FUZZ_CHECK(same.binary && same.data == packet.data);
        } else {
            FUZZ_CHECK(again == text);
        }
    }
    if (eio3::decode_binary_packet(text, packet) == EngineError::none) {
        FUZZ_CHECK(packet.binary && packet.type == EngineType::message);
        FUZZ_CHECK(std::string(eio3::binary_message_type) + std::string(packet.data) == text);
    }
    return 0;
}
