#include "wire/v09_codec.hpp"

#include <algorithm>

#include "util/decimal.hpp"
#include "util/utf8.hpp"
#include "wire/json_text.hpp"

namespace sio::wire::v09 {
namespace {

bool take(std::string_view& text, char c) noexcept {
    if (!text.starts_with(c)) return false;
    text.remove_prefix(1);
    return true;
}

// Takes one JSON value of any kind, without looking at more than where it ends. False when it does not.
bool take_value(std::string_view& text) noexcept {
    std::size_t depth = 0;
    while (!text.empty()) {
        const char c = text.front();
        if (c == '"') {
            const auto string = scan_json_string(text);
            if (!string) return false;
            text = string->rest;
            if (depth == 0) return true;
            continue;
        }
        if (depth == 0 && (c == ',' || c == '}')) return true;  // behind a number, true, false or null
        if (c == '[' || c == '{') ++depth;
        const bool closes = c == ']' || c == '}';
        if (closes && depth == 0) return false;
        text.remove_prefix(1);
        if (closes && --depth == 0) return true;
    }
    return false;
}

// ---- writing

void append_text(std::string& out, std::string_view text) {
    if (util::utf8_valid(text)) {
        out += text;
        return;
    }
    while (!text.empty()) {
        const auto [code_point, size] = util::first_utf8_char(text);
        util::append_utf8(out, code_point);
        text.remove_prefix(std::max<std::size_t>(size, 1));
    }
}

// Line breaks do not occur inside the strings of JSON, U+2028 and U+2029 nowhere else.
void append_json(std::string& out, std::string_view json) {
    constexpr std::string_view line_ends = "\n\r\xe2";
    while (true) {
        const std::size_t at = json.find_first_of(line_ends);
        out += json.substr(0, at);
        if (at == std::string_view::npos) return;
        json.remove_prefix(at);
        if (json.starts_with("\xe2\x80\xa8") || json.starts_with("\xe2\x80\xa9")) {
            out += json[2] == '\xa8' ? "\\u2028" : "\\u2029";
            json.remove_prefix(3);
        } else {
            out += json.front() == '\xe2' ? '\xe2' : ' ';
            json.remove_prefix(1);
        }
    }
}

// `type:id[+]:endpoint`
void append_head(std::string& out, FrameType type, std::optional<std::uint64_t> id, std::string_view nsp) {
    out += static_cast<char>('0' + static_cast<int>(type));
    out += ':';
    if (id) {
        util::append_decimal(out, *id);
        out += '+';
    }
    out += ':';
    if (nsp != "/") out += nsp;
}

// ---- reading

// Splits `endpoint[?query]`.
PacketError set_nsp(std::string_view endpoint, std::size_t max_bytes, PacketView& packet) noexcept {
    const std::size_t mark = endpoint.find('?');
    packet.nsp = endpoint.substr(0, mark);
    if (mark != std::string_view::npos) packet.query = endpoint.substr(mark + 1);
    if (packet.nsp.empty()) packet.nsp = "/";
    return packet.nsp.size() > max_bytes ? PacketError::nsp_too_long : PacketError::none;
}

// The rest of a connect packet: `/chat?a=b` as the specification has it, `/chat:?a=b` as the 0.9 client sends it. Values
// may hold colons.
PacketError decode_connect(std::string_view rest, std::size_t max_bytes, PacketView& packet) noexcept {
    packet.type = PacketType::connect;
    const std::size_t mark = rest.find('?');
    std::string_view endpoint = rest.substr(0, mark);
    std::string_view query = mark == std::string_view::npos ? std::string_view() : rest.substr(mark + 1);
    if (const std::size_t colon = endpoint.find(':'); colon != std::string_view::npos) {
        if (mark == std::string_view::npos) query = endpoint.substr(colon + 1);
        endpoint = endpoint.substr(0, colon);
    }
    const PacketError error = set_nsp(endpoint, max_bytes, packet);
    packet.query = query;
    return error;
}

// `id[+[args]]`
PacketError decode_ack(std::string_view text, PacketView& packet) noexcept {
    packet.type = PacketType::ack;
    const std::string_view digits = util::take_digits(text);
    if (digits.empty()) return PacketError::missing_id;
    packet.id = util::parse_decimal(digits, max_safe_integer);
    if (!packet.id) return PacketError::bad_id;
    if (text.empty()) return PacketError::none;
    if (!take(text, '+')) return PacketError::bad_payload;
    const std::string_view json = trim_json_space(text);
    if (json.empty()) return PacketError::none;
    if (!enclosed(json, '[', ']')) return PacketError::bad_payload;
    packet.array = json;
    packet.data = trim_json_space(json.substr(1, json.size() - 2));
    return PacketError::none;
}

}  // namespace

void encode(const PacketView& packet, std::string& out) {
    switch (packet.type) {
        case PacketType::connect: append_head(out, FrameType::connect, {}, packet.nsp); return;
        case PacketType::disconnect: append_head(out, FrameType::disconnect, {}, packet.nsp); return;
        case PacketType::connect_error: append_error(out, packet.nsp, ErrorReason::unauthorized, false); return;
        case PacketType::message:
            append_head(out, FrameType::message, packet.id, packet.nsp);
            out += ':';
            append_text(out, packet.data);
            return;
        case PacketType::json:
            append_head(out, FrameType::json, packet.id, packet.nsp);
            out += ':';
            append_json(out, packet.data);
            return;
        case PacketType::event:
            append_head(out, FrameType::event, packet.id, packet.nsp);
            out += R"(:{"name":)";
            append_json_string(out, packet.name);
            if (!packet.data.empty()) {
                out += R"(,"args":[)";
                append_json(out, packet.data);
                out += ']';
            }
            out += '}';
            return;
        case PacketType::ack:
            append_ack(out, packet.nsp, packet.id.value_or(0));
            if (packet.data.empty()) return;
            out += "+[";
            append_json(out, packet.data);
            out += ']';
            return;
    }
}

void append_ack(std::string& out, std::string_view nsp, std::uint64_t id) {
    append_head(out, FrameType::ack, {}, nsp);
    out += ':';
    util::append_decimal(out, id);
}

void append_error(std::string& out, std::string_view nsp, ErrorReason reason, bool reconnect) {
    append_head(out, FrameType::error, {}, nsp);
    out += ':';
    out += static_cast<char>('0' + static_cast<int>(reason));
    if (reconnect) out += "+0";
}

Decoded Decoder::decode(std::string_view text) {
    Decoded result;
    PacketView& packet = result.packet;
    const auto fail = [&](PacketError error) {
        result.error = error;
        return result;
    };
    if (text.empty()) return fail(PacketError::empty_packet);
    if (text.front() < '0' || text.front() > '8') return fail(PacketError::unknown_type);
    result.type = static_cast<FrameType>(text.front() - '0');
    text.remove_prefix(1);
    if (!take(text, ':')) return fail(PacketError::unknown_type);

    const std::string_view digits = util::take_digits(text);
    const bool with_data = take(text, '+');
    if (!take(text, ':') || (with_data && digits.empty())) return fail(PacketError::bad_id);
    std::optional<std::uint64_t> id;
    if (!digits.empty()) {
        id = util::parse_decimal(digits, max_safe_integer);
        if (!id) return fail(PacketError::bad_id);
    }
    if (result.type == FrameType::connect) {
        result.error = decode_connect(text, limits_.max_nsp_bytes, packet);
        return result;
    }
    const std::size_t colon = text.find(':');
    if (const auto error = set_nsp(text.substr(0, colon), limits_.max_nsp_bytes, packet); error != PacketError::none) {
        return fail(error);
    }
    const std::string_view data = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
    const bool answerable =
        result.type == FrameType::message || result.type == FrameType::json || result.type == FrameType::event;
    if (answerable) (with_data ? packet.id : result.acknowledge) = id;

    switch (result.type) {
        case FrameType::message:
            packet.type = PacketType::message;
            packet.data = data;
            break;
        case FrameType::json:
            packet.type = PacketType::json;
            packet.data = trim_json_space(data);
            if (packet.data.empty()) result.error = PacketError::bad_payload;
            break;
        case FrameType::event: result.error = decode_event(trim_json_space(data), packet); break;
        case FrameType::ack: result.error = decode_ack(data, packet); break;
        case FrameType::error:
            // Whatever it says, as JSON: that is what the data of this type is.
            packet.type = PacketType::connect_error;
            scratch_.clear();
            append_json_string(scratch_, data);
            packet.data = scratch_;
            break;
        case FrameType::disconnect: packet.type = PacketType::disconnect; break;
        case FrameType::connect:
        case FrameType::heartbeat:
        case FrameType::noop: break;
    }
    return result;
}

// `{"name":"...","args":[...]}`, in any order and with whatever else clients add.
PacketError Decoder::decode_event(std::string_view json, PacketView& packet) {
    packet.type = PacketType::event;
    if (!enclosed(json, '{', '}')) return PacketError::bad_payload;
    bool named = false;
    std::string_view rest = skip_json_space(json.substr(1));
    for (bool first = true; rest != "}"; first = false) {
        if (!first) {
            if (!take(rest, ',')) return PacketError::bad_payload;
            rest = skip_json_space(rest);
        }
        const auto key = scan_json_string(rest);
        if (!key) return PacketError::bad_payload;
        rest = skip_json_space(key->rest);
        if (!take(rest, ':')) return PacketError::bad_payload;
        rest = skip_json_space(rest);
        if (key->raw == "name") {
            const auto name = scan_json_string(rest);
            if (!name) return PacketError::bad_event_name;
            packet.name = name->raw;
            if (name->has_escapes) {
                scratch_.clear();
                if (!append_json_unescaped(scratch_, name->raw)) return PacketError::bad_event_name;
                packet.name = scratch_;
            }
            named = true;
            rest = name->rest;
        } else {
            const std::string_view from = rest;
            if (!take_value(rest)) return PacketError::bad_payload;
            const std::string_view value = trim_json_space(from.substr(0, from.size() - rest.size()));
            if (value.empty()) return PacketError::bad_payload;
            if (key->raw == "args") {
                packet.array = packet.data = {};
                if (value != "null") {
                    if (!enclosed(value, '[', ']')) return PacketError::bad_payload;
                    packet.array = value;
                    packet.data = trim_json_space(value.substr(1, value.size() - 2));
                }
            }
        }
        rest = skip_json_space(rest);
    }
    return named ? PacketError::none : PacketError::bad_event_name;
}

}  // namespace sio::wire::v09
