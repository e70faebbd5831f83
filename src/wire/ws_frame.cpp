#include "wire/ws_frame.hpp"

#include <cstring>

#include "wire/ws_mask.hpp"

namespace sio::wire {
namespace {

constexpr char masked_bit = static_cast<char>(0x80);

void append_header(std::string& out, WsOpcode opcode, std::uint64_t size, WsFrameBits bits, char mask_bit) {
    char header[10];
    header[0] = static_cast<char>(static_cast<unsigned>(opcode) | (bits.fin ? 0x80U : 0U) | (bits.rsv1 ? 0x40U : 0U));
    std::size_t length = 2;
    if (size < 126) {
        header[1] = static_cast<char>(size);
    } else {
        const bool extended = size > 0xffff;
        header[1] = extended ? 127 : 126;
        for (int shift = extended ? 56 : 8; shift >= 0; shift -= 8) {
            header[length++] = static_cast<char>(size >> shift);
        }
    }
    header[1] = static_cast<char>(header[1] | mask_bit);
    out.append(header, length);
}

// Where to cut `text` so that at most `limit` bytes remain and no character of UTF-8 is torn.
std::string_view cut_utf8(std::string_view text, std::size_t limit) noexcept {
    if (text.size() <= limit) return text;
    while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xc0) == 0x80) --limit;
    return text.substr(0, limit);
}

}  // namespace

void append_ws_header(std::string& out, WsOpcode opcode, std::size_t payload_size, WsFrameBits bits) {
    append_header(out, opcode, payload_size, bits, 0);
}

void append_ws_frame(std::string& out, WsOpcode opcode, std::string_view payload, WsFrameBits bits) {
    append_header(out, opcode, payload.size(), bits, 0);
    out += payload;
}

void append_ws_masked_frame(std::string& out, WsOpcode opcode, std::string_view payload, std::uint32_t mask,
                            WsFrameBits bits) {
    append_header(out, opcode, payload.size(), bits, masked_bit);
    char mask_bytes[sizeof mask];
    std::memcpy(mask_bytes, &mask, sizeof mask);
    out.append(mask_bytes, sizeof mask);
    const std::size_t start = out.size();
    out += payload;
    ws_apply_mask(out.data() + start, payload.size(), mask);
}

std::string ws_close_payload(std::uint16_t code, std::string_view reason) {
    std::string payload;
    if (code == ws_close::no_status) return payload;
    payload += static_cast<char>(code >> 8);
    payload += static_cast<char>(code & 0xff);
    payload += cut_utf8(reason, ws_max_control_payload - 2);
    return payload;
}

void append_ws_close(std::string& out, std::uint16_t code, std::string_view reason) {
    append_ws_frame(out, WsOpcode::close, ws_close_payload(code, reason));
}

}  // namespace sio::wire
