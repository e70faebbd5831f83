// Engine.IO 4 packets: what decodes also encodes, to the same text. Of a binary message that is to the text its bytes have in strict
// base64: published encoders break lines and leave padding out, which is taken, but not written.

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
    if (!packet.binary) {
        FUZZ_CHECK(again == text);
        return 0;
    }
    std::string twice;
    EnginePacket same;
    FUZZ_CHECK(decode_packet(again, twice, same) == EngineError::none);
    FUZZ_CHECK(same.binary && same.data == packet.data);
    FUZZ_CHECK(again.size() <= text.size() + 3);
    return 0;
}
