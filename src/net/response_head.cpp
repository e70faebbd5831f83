#include "net/response_head.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "http/ascii.hpp"
#include "util/ascii.hpp"

namespace sio::net {

namespace {

bool is_framing_field(std::string_view name) noexcept {
    static constexpr std::array<std::string_view, 5> names{"Content-Length", "Transfer-Encoding", "Connection", "Date",
                                                           "Keep-Alive"};
    return std::any_of(names.begin(), names.end(), [&](auto each) { return util::ascii_iequals(each, name); });
}

void append_number(std::string& out, std::uint64_t number) {
    std::array<char, 20> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end);
}

void append_status_line(std::string& out, int status) {
    out += "HTTP/1.1 ";
    append_number(out, static_cast<std::uint64_t>(status));
    out += ' ';
    out += reason_phrase(status);
    out += "\r\n";
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
    out += name;
    out += ": ";
    out += value;
    out += "\r\n";
}

}  // namespace

std::string describe_fault(int status, const Headers& headers, bool upgrade) {
    const bool in_range = upgrade ? status == 101 : status >= 200 && status <= 599;
    if (!in_range) return "a response with status " + std::to_string(status);
    for (const auto& [name, value] : headers) {
        if (!http::is_token(name)) return "a response header whose name is not a token";
        const auto control = [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; };
        if (std::any_of(value.begin(), value.end(), control)) {
            return "control characters in the response header " + name;
        }
    }
    return {};
}

void append_response_head(std::string& out, int status, const Headers& headers, const ResponseFraming& framing) {
    append_status_line(out, status);
    for (const auto& [name, value] : headers) {
        if (!is_framing_field(name)) append_field(out, name, value);
    }
    append_field(out, "Date", framing.date);
    // A 304 may say how long the 200 would have been, but that is not known here.
    if (status_has_body(status)) {
        if (!framing.streamed) {
            out += "Content-Length: ";
            append_number(out, framing.length);
            out += "\r\n";
        } else if (framing.version >= 11) {
            out += "Transfer-Encoding: chunked\r\n";
        }
    }
    if (!framing.keep_alive) {
        out += "Connection: close\r\n";
    } else if (framing.version < 11) {
        out += "Connection: keep-alive\r\n";
    }
    out += "\r\n";
}

void append_upgrade_head(std::string& out, int status, const Headers& headers, std::string_view date) {
    append_status_line(out, status);
    for (const auto& [name, value] : headers) append_field(out, name, value);
    if (!headers.contains("Date")) append_field(out, "Date", date);
    out += "\r\n";
}

}  // namespace sio::net
