#include "wire/socket_io_codec.hpp"

#include <optional>

#include "util/decimal.hpp"
#include "wire/json_text.hpp"

namespace sio::wire {
namespace {

// The digits of the types on the wire.
enum class SocketType : char {
    connect = '0',
    disconnect = '1',
    event = '2',
    ack = '3',
    connect_error = '4',  // ERROR in revision 4
    binary_event = '5',
    binary_ack = '6',
};

// Digits of a number that an event may be named by: JavaScript prints those as they came.
constexpr std::size_t max_name_digits = 15;

constexpr std::string_view no_arguments = "[]";

SocketType socket_type(const PacketView& packet) noexcept {
    const bool binary = !packet.attachments.empty();
    switch (packet.type) {
        case PacketType::connect: return SocketType::connect;
        case PacketType::disconnect: return SocketType::disconnect;
        case PacketType::ack: return binary ? SocketType::binary_ack : SocketType::ack;
        case PacketType::connect_error: return SocketType::connect_error;
        case PacketType::event:
        case PacketType::message:
        case PacketType::json: break;
    }
    return binary ? SocketType::binary_event : SocketType::event;
}

// JSON as a revision has it.
class JsonText {
public:
    JsonText(SocketIoRevision revision, std::string& out) noexcept
        : charset_(revision == SocketIoRevision::v4 ? JsonCharset::ascii : JsonCharset::utf8), out_(out) {}

    void string(std::string_view text) { append_json_string(out_, text, charset_); }
    void copy(std::string_view json) {
        if (charset_ == JsonCharset::utf8) {
            out_ += json;
        } else {
            append_json_as_ascii(out_, json);
        }
    }
    void event(std::string_view name, std::string_view data) {
        out_ += '[';
        string(name);
        if (!data.empty()) {
            out_ += ',';
            copy(data);
        }
        out_ += ']';
    }

private:
    JsonCharset charset_;
    std::string& out_;
};

// Takes the namespace and its query, up to and with the comma.
PacketError take_nsp(std::string_view& text, std::size_t max_bytes, PacketView& packet) noexcept {
    if (!text.starts_with('/')) return PacketError::none;
    const std::size_t comma = text.find(',');
    const std::string_view nsp = text.substr(0, comma);
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    const std::size_t mark = nsp.find('?');
    packet.nsp = nsp.substr(0, mark);
    if (mark != std::string_view::npos) packet.query = nsp.substr(mark + 1);
    return packet.nsp.size() > max_bytes ? PacketError::nsp_too_long : PacketError::none;
}

// Takes the number of attachments and the hyphen behind it.
PacketError take_attachments(std::string_view& text, std::uint32_t max, std::uint32_t& attachments) noexcept {
    const std::string_view digits = util::take_digits(text);
    if (digits.empty() || !text.starts_with('-')) return PacketError::bad_attachment_count;
    text.remove_prefix(1);
    const auto count = util::parse_decimal(digits, max);
    if (!count) return PacketError::too_many_attachments;
    if (*count == 0) return PacketError::bad_attachment_count;
    attachments = static_cast<std::uint32_t>(*count);
    return PacketError::none;
}

PacketError take_id(std::string_view& text, std::optional<std::uint64_t>& id) noexcept {
    const std::string_view digits = util::take_digits(text);
    if (digits.empty()) return PacketError::none;
    id = util::parse_decimal(digits, max_safe_integer);
    return id ? PacketError::none : PacketError::bad_id;
}

// The number at the start of `json`; empty when there is none.
std::string_view take_number(std::string_view& json) noexcept {
    std::string_view rest = json;
    const auto skip = [&rest](std::string_view characters) {
        const bool found = !rest.empty() && characters.find(rest.front()) != std::string_view::npos;
        if (found) rest.remove_prefix(1);
        return found;
    };
    skip("-");
    const std::string_view whole = util::take_digits(rest);
    if (whole.empty() || (whole.size() > 1 && whole.front() == '0')) return {};
    if (skip(".") && util::take_digits(rest).empty()) return {};
    if (skip("eE")) {
        skip("+-");
        if (util::take_digits(rest).empty()) return {};
    }
    const std::string_view number = json.substr(0, json.size() - rest.size());
    json = rest;
    return number;
}

// Whether JavaScript, which names events by numbers too, prints the number as it came: a whole one that is not large.
bool prints_as_it_is(std::string_view number) noexcept {
    if (number == "-0") return false;
    if (number.front() == '-') number.remove_prefix(1);
    return number.size() <= max_name_digits && !util::take_digits(number).empty() && number.empty();
}

}  // namespace

void encode_socket_io(SocketIoRevision revision, const PacketView& packet, std::string& out) {
    const SocketType type = socket_type(packet);
    out += static_cast<char>(type);
    if (type == SocketType::binary_event || type == SocketType::binary_ack) {
        util::append_decimal(out, packet.attachments.size());
        out += '-';
    }
    if (packet.nsp != "/" || !packet.query.empty()) {
        out += packet.nsp;
        if (!packet.query.empty()) {
            out += '?';
            out += packet.query;
        }
        out += ',';
    }
    if (packet.id) util::append_decimal(out, *packet.id);
    JsonText json(revision, out);
    switch (packet.type) {
        case PacketType::connect:
            if (revision != SocketIoRevision::v4) json.copy(packet.data);
            break;
        case PacketType::connect_error: json.copy(packet.data); break;
        case PacketType::disconnect: break;
        case PacketType::event: json.event(packet.name, packet.data); break;
        case PacketType::json: json.event("message", packet.data); break;
        case PacketType::message:
            out += R"(["message",)";
            json.string(packet.data);
            out += ']';
            break;
        case PacketType::ack:
            out += '[';
            json.copy(packet.data);
            out += ']';
            break;
    }
}

Decoded SocketIoDecoder::decode(std::string_view text) {
    Decoded result;
    PacketView& packet = result.packet;
    if (text.empty()) {
        result.error = PacketError::empty_packet;
        return result;
    }
    const auto type = static_cast<SocketType>(text.front());
    text.remove_prefix(1);
    if (type < SocketType::connect || type > SocketType::binary_ack) {
        result.error = PacketError::unknown_type;
        return result;
    }
    if (type == SocketType::binary_event || type == SocketType::binary_ack) {
        result.error = take_attachments(text, limits_.max_attachments, result.attachments);
    }
    if (result.error == PacketError::none) result.error = take_nsp(text, limits_.max_nsp_bytes, packet);
    if (result.error == PacketError::none) result.error = take_id(text, packet.id);
    if (result.error != PacketError::none) return result;

    const std::string_view json = trim_json_space(text);
    // White space alone is no JSON, and nothing at all is what some types have.
    bool good = !json.empty() || text.empty();
    switch (type) {
        case SocketType::connect:
            packet.type = PacketType::connect;
            packet.data = json;
            good = good && (json.empty() || (revision_ == SocketIoRevision::v5 && enclosed(json, '{', '}')));
            break;
        case SocketType::disconnect:
            packet.type = PacketType::disconnect;
            good = text.empty();
            break;
        case SocketType::connect_error:
            packet.type = PacketType::connect_error;
            packet.data = json;
            good = !json.empty() &&
                   (revision_ == SocketIoRevision::v4 || enclosed(json, '{', '}') || enclosed(json, '"', '"'));
            break;
        case SocketType::event:
        case SocketType::binary_event:
            packet.type = PacketType::event;
            result.error = decode_event(json, packet);
            break;
        case SocketType::ack:
        case SocketType::binary_ack:
            packet.type = PacketType::ack;
            // Nothing at all is no arguments.
            packet.array = text.empty() ? no_arguments : json;
            good = enclosed(packet.array, '[', ']');
            if (good && !text.empty()) packet.data = trim_json_space(json.substr(1, json.size() - 2));
            if (good && !packet.id) result.error = PacketError::missing_id;
            break;
    }
    if (!good) result.error = PacketError::bad_payload;
    return result;
}

// Finds the name and the arguments in the array of an event.
PacketError SocketIoDecoder::decode_event(std::string_view json, PacketView& packet) {
    if (json.empty()) return PacketError::missing_payload;
    if (!enclosed(json, '[', ']')) return PacketError::bad_payload;
    packet.array = json;
    std::string_view rest = skip_json_space(json.substr(1));
    if (const auto string = scan_json_string(rest)) {
        packet.name = string->raw;
        rest = string->rest;
        if (string->has_escapes) {
            name_.clear();
            if (!append_json_unescaped(name_, string->raw)) return PacketError::bad_event_name;
            packet.name = name_;
        }
        if (is_reserved_event(packet.name)) return PacketError::reserved_event_name;
    } else {
        const std::string_view number = take_number(rest);
        if (number.empty()) return PacketError::bad_event_name;
        if (!prints_as_it_is(number)) return PacketError::numeric_event_name;
        packet.name = number;
    }
    rest = skip_json_space(rest);
    if (rest == "]") return PacketError::none;
    if (!rest.starts_with(',') || rest.size() < 2) return PacketError::bad_payload;
    packet.data = trim_json_space(rest.substr(1, rest.size() - 2));
    return packet.data.empty() ? PacketError::bad_payload : PacketError::none;
}

}  // namespace sio::wire
