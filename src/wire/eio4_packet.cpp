#include "wire/eio4_packet.hpp"

#include "util/base64.hpp"

namespace sio::wire::eio4 {

EngineError decode_packet(std::string_view text, std::string& decoded, EnginePacket& packet) {
    if (text.empty()) return EngineError::empty_packet;
    const char type = text.front();
    text.remove_prefix(1);
    if (type >= '0' && type <= '6') {
        packet = {static_cast<EngineType>(type - '0'), false, text};
        return EngineError::none;
    }
    if (type != 'b') return EngineError::unknown_type;
    decoded.clear();
    if (!util::append_mime_base64_decoded(decoded, text)) return EngineError::bad_base64;
    packet = {EngineType::message, true, decoded};
    return EngineError::none;
}

void append_packet(std::string& out, EngineType type, std::string_view data) {
    out += static_cast<char>('0' + static_cast<int>(type));
    out += data;
}

void append_binary(std::string& out, std::string_view bytes) {
    out += 'b';
    util::append_base64(out, bytes);
}

}  // namespace sio::wire::eio4
