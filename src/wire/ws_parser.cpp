#include "wire/ws_parser.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "util/utf8.hpp"
#include "wire/ws_mask.hpp"

namespace sio::wire {
namespace {

constexpr std::uint8_t fin_bit = 0x80;
constexpr std::uint8_t rsv1_bit = 0x40;
constexpr std::uint8_t rsv23_bits = 0x30;
constexpr std::uint8_t opcode_bits = 0x0f;
constexpr std::uint8_t control_bit = 0x08;
constexpr std::uint8_t mask_bit = 0x80;
constexpr std::uint8_t length_bits = 0x7f;
constexpr std::uint8_t length_of_16_bits = 126;

inline std::uint8_t byte_at(const char* at) noexcept { return static_cast<std::uint8_t>(*at); }

std::uint64_t read_big_endian(const char* at, std::size_t size) noexcept {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value = value << 8 | byte_at(at + i);
    return value;
}

}  // namespace

// The header of one frame.
struct WsParser::Frame {
    WsOpcode opcode{};
    bool fin = false;
    bool rsv1 = false;
    /// Bytes of the header itself; 0 while it has not arrived whole.
    std::uint8_t header_size = 0;
    /// 0 when there is none, which comes to the same.
    std::uint32_t mask = 0;
    std::uint64_t payload_size = 0;

    bool control() const noexcept { return (static_cast<std::uint8_t>(opcode) & control_bit) != 0; }
};

// A message in the making, and the frame of it that is being read.
struct WsParser::Assembly {
    std::string bytes;
    std::uint64_t frame_left = 0;
    std::uint32_t frame_mask = 0;
    std::uint32_t fragments = 0;
    std::uint8_t mask_phase = 0;
    bool frame_fin = false;
    bool binary = false;
    bool compressed = false;
    util::Utf8Validator utf8;

    bool checks_utf8() const noexcept { return !binary && !compressed; }
};

WsParser::WsParser(const WsParserOptions& options) noexcept : options_(&options) {}
WsParser::~WsParser() = default;
WsParser::WsParser(WsParser&&) noexcept = default;
WsParser& WsParser::operator=(WsParser&&) noexcept = default;

std::size_t WsParser::feed(char* data, std::size_t size, WsReceiver& receiver) {
    std::size_t at = 0;
    Step step = Step::next;
    while (!ended_) {
        if (assembly_ && assembly_->frame_left > 0) {
            if (at == size) return at;
            const auto take = static_cast<std::size_t>(std::min<std::uint64_t>(assembly_->frame_left, size - at));
            at += take;
            step = gather(data + at - take, take, receiver);
        } else {
            Frame frame;
            if (!read_usual_header(data + at, size - at, frame)) {
                if (const WsError error = read_header(data + at, size - at, frame); error != WsError::none) {
                    fail(error, receiver);
                    return size;
                }
            }
            if (frame.header_size == 0) return at;
            char* const payload = data + at + frame.header_size;
            const std::size_t available = size - at - frame.header_size;
            if (available >= frame.payload_size && (frame.control() || (!assembly_ && frame.fin))) {
                at += frame.header_size + static_cast<std::size_t>(frame.payload_size);
                step = frame.control() ? take_control(frame, payload, receiver)
                                       : take_whole_message(frame, payload, receiver);
            } else if (available < frame.payload_size && frame.payload_size <= ws_max_control_payload) {
                // Small frames, the control frames among them, wait in the caller's memory until they are whole.
                if (frame.control() || prefix_is_utf8(frame, payload, available)) return at;
                fail(WsError::invalid_utf8, receiver);
                return size;
            } else {
                at += frame.header_size;
                begin_frame(frame);
                if (frame.payload_size == 0) step = gather(payload, 0, receiver);
            }
        }
        // The receiver may have destroyed the parser in a step that is not followed by another.
        if (step == Step::stop) return at;
        if (step == Step::ended) return size;
    }
    return size;
}

// The header of a client's short message in one frame, which is what most of the input of a busy server consists of.
// False: anything else, or not enough of it; nothing is decided then.
inline bool WsParser::read_usual_header(const char* data, std::size_t size, Frame& frame) const noexcept {
    constexpr std::uint8_t size_of_header = 6;
    if (assembly_ || size < size_of_header || options_->role != WsRole::server) return false;
    const std::uint8_t first = byte_at(data);
    const std::uint8_t second = byte_at(data + 1);
    if (first != (fin_bit | 1) && first != (fin_bit | 2)) return false;
    const std::size_t payload_size = second & length_bits;
    if (second < mask_bit || payload_size >= length_of_16_bits || payload_size > options_->max_message_bytes)
        return false;
    frame.opcode = static_cast<WsOpcode>(first & opcode_bits);
    frame.fin = true;
    frame.header_size = size_of_header;
    std::memcpy(&frame.mask, data + 2, sizeof frame.mask);
    frame.payload_size = payload_size;
    return true;
}

WsError WsParser::read_header(const char* data, std::size_t size, Frame& frame) const noexcept {
    if (size < 2) return WsError::none;
    const std::uint8_t first = byte_at(data);
    const std::uint8_t second = byte_at(data + 1);
    if (const WsError error = check_start(first, second); error != WsError::none) return error;
    frame.opcode = static_cast<WsOpcode>(first & opcode_bits);
    frame.fin = (first & fin_bit) != 0;
    frame.rsv1 = (first & rsv1_bit) != 0;

    std::uint8_t at = 2;
    frame.payload_size = second & length_bits;
    if (frame.payload_size >= length_of_16_bits) {
        const std::uint8_t length_size = frame.payload_size == length_of_16_bits ? 2 : 8;
        if (size < std::size_t{at} + length_size) return WsError::none;
        frame.payload_size = read_big_endian(data + at, length_size);
        at += length_size;
        if (frame.payload_size >> 63 != 0) return WsError::length_out_of_range;
        if (frame.payload_size < (length_size == 2 ? 126 : 0x10000)) return WsError::length_not_minimal;
    }
    if (!frame.control()) {
        // Gathered bytes never exceed the limit, so that the difference is not negative.
        const std::size_t gathered = assembly_ ? assembly_->bytes.size() : 0;
        if (frame.payload_size > options_->max_message_bytes - gathered) return WsError::message_too_big;
    }
    if ((second & mask_bit) != 0) {
        if (size < at + sizeof frame.mask) return WsError::none;
        std::memcpy(&frame.mask, data + at, sizeof frame.mask);
        at += sizeof frame.mask;
    }
    frame.header_size = at;
    return WsError::none;
}

// What the first two bytes of a frame show already.
WsError WsParser::check_start(std::uint8_t first, std::uint8_t second) const noexcept {
    const std::uint8_t opcode = first & opcode_bits;
    if ((opcode & 0x07) > 2) return WsError::reserved_opcode;
    if ((first & rsv23_bits) != 0) return WsError::reserved_bit;
    if ((first & rsv1_bit) != 0 && (!options_->compression || (opcode != 1 && opcode != 2))) {
        return WsError::reserved_bit;
    }
    const bool masked = (second & mask_bit) != 0;
    if (masked != (options_->role == WsRole::server)) {
        return masked ? WsError::mask_unexpected : WsError::mask_missing;
    }
    if ((opcode & control_bit) != 0) {
        if ((first & fin_bit) == 0) return WsError::control_fragmented;
        if ((second & length_bits) > ws_max_control_payload) return WsError::control_too_long;
    } else if (assembly_) {
        if (opcode != 0) return WsError::message_within_message;
        const bool empty_last = (first & fin_bit) != 0 && (second & length_bits) == 0;
        if (assembly_->fragments >= options_->max_fragments && !empty_last) return WsError::too_many_fragments;
    } else if (opcode == 0) {
        return WsError::continuation_without_start;
    }
    return WsError::none;
}

// Whether the part of a small frame that has arrived may still become UTF-8. It stays masked, to be read again.
bool WsParser::prefix_is_utf8(const Frame& frame, const char* payload, std::size_t size) const noexcept {
    const bool text = assembly_ ? assembly_->checks_utf8() : frame.opcode == WsOpcode::text && !frame.rsv1;
    if (!text) return true;
    char copy[ws_max_control_payload];
    std::memcpy(copy, payload, size);
    ws_apply_mask(copy, size, frame.mask);
    util::Utf8Validator utf8 = assembly_ ? assembly_->utf8 : util::Utf8Validator{};
    return utf8.feed({copy, size});
}

WsParser::Step WsParser::take_whole_message(const Frame& frame, char* payload, WsReceiver& receiver) {
    const auto size = static_cast<std::size_t>(frame.payload_size);
    const bool ascii = ws_apply_mask(payload, size, frame.mask);
    const bool binary = frame.opcode == WsOpcode::binary;
    if (!binary && !frame.rsv1 && !ascii && !util::utf8_valid({payload, size})) {
        return fail(WsError::invalid_utf8, receiver);
    }
    return receiver.on_message({binary, frame.rsv1, payload, size}) ? Step::next : Step::stop;
}

WsParser::Step WsParser::take_control(const Frame& frame, char* payload, WsReceiver& receiver) {
    ws_apply_mask(payload, static_cast<std::size_t>(frame.payload_size), frame.mask);
    std::string_view content(payload, static_cast<std::size_t>(frame.payload_size));
    if (frame.opcode == WsOpcode::ping) return receiver.on_ping(content) ? Step::next : Step::stop;
    if (frame.opcode == WsOpcode::pong) return receiver.on_pong(content) ? Step::next : Step::stop;

    std::uint16_t code = ws_close::no_status;
    if (!content.empty()) {
        if (content.size() == 1) return fail(WsError::bad_close_payload, receiver);
        code = static_cast<std::uint16_t>(read_big_endian(content.data(), 2));
        content.remove_prefix(2);
        if (!ws_close_code_valid(code)) return fail(WsError::bad_close_code, receiver);
        if (!util::utf8_valid(content)) return fail(WsError::invalid_utf8, receiver);
    }
    ended_ = true;
    assembly_.reset();
    receiver.on_close(code, content);
    return Step::ended;
}

// Makes a data frame the one that gather() reads.
void WsParser::begin_frame(const Frame& frame) {
    if (!assembly_) {
        assembly_ = std::make_unique<Assembly>();
        assembly_->binary = frame.opcode == WsOpcode::binary;
        assembly_->compressed = frame.rsv1;
    }
    ++assembly_->fragments;
    assembly_->frame_left = frame.payload_size;
    assembly_->frame_mask = frame.mask;
    assembly_->frame_fin = frame.fin;
    assembly_->mask_phase = 0;
}

// Takes the next bytes of the frame, and delivers the message when they are its last.
WsParser::Step WsParser::gather(char* bytes, std::size_t size, WsReceiver& receiver) {
    Assembly& message = *assembly_;
    const bool ascii = ws_apply_mask(bytes, size, message.frame_mask, message.mask_phase);
    message.mask_phase = static_cast<std::uint8_t>((message.mask_phase + size) % 4);
    if (message.checks_utf8() && !(ascii && message.utf8.complete()) && !message.utf8.feed({bytes, size})) {
        return fail(WsError::invalid_utf8, receiver);
    }
    message.bytes.append(bytes, size);
    message.frame_left -= size;
    if (message.frame_left > 0 || !message.frame_fin) return Step::next;

    if (message.checks_utf8() && !message.utf8.complete()) return fail(WsError::invalid_utf8, receiver);
    const std::unique_ptr<Assembly> whole = std::move(assembly_);
    const WsMessage complete{whole->binary, whole->compressed, whole->bytes.data(), whole->bytes.size()};
    return receiver.on_message(complete) ? Step::next : Step::stop;
}

WsParser::Step WsParser::fail(WsError error, WsReceiver& receiver) {
    ended_ = true;
    assembly_.reset();
    receiver.on_error(error);
    return Step::ended;
}

std::uint16_t close_code(WsError error) noexcept {
    switch (error) {
        case WsError::none: return ws_close::normal;
        case WsError::invalid_utf8:
        case WsError::bad_compression: return ws_close::invalid_payload;
        case WsError::message_too_big: return ws_close::message_too_big;
        case WsError::too_many_fragments: return ws_close::policy_violation;
        default: return ws_close::protocol_error;
    }
}

std::string_view error_text(WsError error) noexcept {
    switch (error) {
        case WsError::none: return "no error";
        case WsError::reserved_bit: return "reserved bit set";
        case WsError::reserved_opcode: return "reserved opcode";
        case WsError::mask_missing: return "frame without a mask";
        case WsError::mask_unexpected: return "frame with a mask";
        case WsError::length_not_minimal: return "length not in its shortest form";
        case WsError::length_out_of_range: return "length out of range";
        case WsError::control_too_long: return "control frame too long";
        case WsError::control_fragmented: return "fragmented control frame";
        case WsError::continuation_without_start: return "continuation of no message";
        case WsError::message_within_message: return "message within a message";
        case WsError::message_too_big: return "message too big";
        case WsError::too_many_fragments: return "too many fragments";
        case WsError::invalid_utf8: return "invalid UTF-8";
        case WsError::bad_close_payload: return "close frame of one byte";
        case WsError::bad_close_code: return "invalid close code";
        case WsError::bad_compression: return "invalid compressed data";
    }
    return "unknown error";
}

}  // namespace sio::wire
