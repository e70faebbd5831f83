#include "wire/eio3_packet.hpp"

#include "util/base64.hpp"

namespace sio::wire::eio3 {

EngineError decode_packet(std::string_view text, std::string& decoded, EnginePacket& packet) {
    if (text.empty()) return EngineError::empty_packet;
    const char type = text.front();
    if (type >= '0' && type <= '6') {
        packet = {static_cast<EngineType>(type - '0'), false, text.substr(1)};
        return EngineError::none;
    }
    if (!text.starts_with("b4")) return EngineError::unknown_type;
    decoded.clear();
    if (!util::append_mime_base64_decoded(decoded, text.substr(2))) return EngineError::bad_base64;
    packet = {EngineType::message, true, decoded};
    return EngineError::none;
}

EngineError decode_binary_packet(std::string_view bytes, EnginePacket& packet) {
    if (bytes.empty()) return EngineError::empty_packet;
    if (!bytes.starts_with(binary_message_type)) return EngineError::unknown_type;
    packet = {EngineType::message, true, bytes.substr(1)};
    return EngineError::none;
}

void append_binary(std::string& out, std::string_view bytes) {
    out += "b4";
    util::append_base64(out, bytes);
}

}  // namespace sio::wire::eio3
