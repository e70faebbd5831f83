#include "wire/eio3_payload.hpp"

#include <cstdint>
#include <optional>

#include "util/base64.hpp"
#include "util/decimal.hpp"
#include "util/utf8.hpp"

namespace sio::wire::eio3 {
namespace {

constexpr char text_mark = '\0';
constexpr char binary_mark = '\1';
constexpr char length_end = '\xff';

/// No body is as long as ten digits can say.
constexpr std::size_t max_length_digits = 10;

// Takes the digits of a length, each a byte of its value, and the end mark.
std::optional<std::uint64_t> take_binary_length(std::string_view& bytes) noexcept {
    std::uint64_t length = 0;
    for (std::size_t digits = 0; digits <= max_length_digits && digits < bytes.size(); ++digits) {
        if (bytes[digits] == length_end) {
            bytes.remove_prefix(digits + 1);
            return digits == 0 ? std::nullopt : std::optional(length);
        }
        const auto digit = static_cast<std::uint8_t>(bytes[digits]);
        if (digit > 9) return std::nullopt;
        length = length * 10 + digit;
    }
    return std::nullopt;
}

void append_binary_length(std::string& out, std::size_t length) {
    std::string digits;  // fits the string's own buffer
    util::append_decimal(digits, length);
    for (const char digit : digits) out += static_cast<char>(digit - '0');
    out += length_end;
}

}  // namespace

bool PayloadDecoder::begin_step() noexcept {
    if (error_ != EngineError::none || (begun_ && rest_.empty())) return false;
    begun_ = true;
    if (left_ == 0) {
        error_ = EngineError::too_many_packets;
        return false;
    }
    --left_;
    return true;
}

bool PayloadDecoder::end_step(EngineError error) noexcept {
    error_ = error;
    return error == EngineError::none;
}

bool TextPayloadDecoder::next() { return begin_step() && end_step(read()); }

EngineError TextPayloadDecoder::read() {
    if (rest_.empty()) return EngineError::empty_packet;
    const std::size_t colon = rest_.substr(0, max_length_digits + 1).find(':');
    if (colon == std::string_view::npos) return EngineError::bad_length;
    const auto length = util::parse_decimal(rest_.substr(0, colon));
    if (!length) return EngineError::bad_length;
    rest_.remove_prefix(colon + 1);
    const auto text = util::take_utf16_units(rest_, *length);
    if (!text) return EngineError::bad_length;
    return decode_packet(*text, decoded_, packet_);
}

bool BinaryPayloadDecoder::next() { return begin_step() && end_step(read()); }

EngineError BinaryPayloadDecoder::read() {
    if (rest_.empty()) return EngineError::empty_packet;
    const char mark = rest_.front();
    if (mark != text_mark && mark != binary_mark) return EngineError::unknown_type;
    rest_.remove_prefix(1);
    const auto length = take_binary_length(rest_);
    if (!length || *length > rest_.size()) return EngineError::bad_length;
    const std::string_view content = rest_.substr(0, *length);
    rest_.remove_prefix(*length);
    if (mark == binary_mark) return decode_binary_packet(content, packet_);
    if (!util::utf8_valid(content)) return EngineError::bad_utf8;
    return decode_packet(content, decoded_, packet_);
}

void TextPayloadEncoder::add_encoded(std::string_view packet) {
    util::append_decimal(out_, util::utf16_length(packet));
    out_ += ':';
    out_ += packet;
}

void TextPayloadEncoder::add_binary(std::string_view bytes) {
    util::append_decimal(out_, util::base64_encoded_size(bytes.size()) + 2);
    out_ += ':';
    append_binary(out_, bytes);
}

void BinaryPayloadEncoder::add_encoded(std::string_view packet) {
    out_ += text_mark;
    append_binary_length(out_, packet.size());
    out_ += packet;
}

void BinaryPayloadEncoder::add_binary(std::string_view bytes) {
    out_ += binary_mark;
    append_binary_length(out_, bytes.size() + binary_message_type.size());
    out_ += binary_message_type;
    out_ += bytes;
}

}  // namespace sio::wire::eio3
