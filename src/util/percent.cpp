#include "util/percent.hpp"

#include <cstddef>

#include "util/ascii.hpp"

namespace sio::util {
namespace {

constexpr bool unreserved(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || ascii_digit(c) || c == '-' || c == '.' || c == '_' ||
           c == '~';
}

// The byte that `text`, which begins with '%', stands for at its start, or -1.
int escaped_byte(std::string_view text) noexcept {
    if (text.size() < 3) return -1;
    const int high = hex_value(text[1]);
    const int low = hex_value(text[2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

}  // namespace

void append_percent_encoded(std::string& out, std::string_view bytes) {
    constexpr char digits[] = "0123456789ABCDEF";
    for (const char c : bytes) {
        if (unreserved(c)) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
}

std::string percent_encode(std::string_view bytes) {
    std::string text;
    append_percent_encoded(text, bytes);
    return text;
}

std::optional<std::string> percent_decode(std::string_view text) {
    std::string bytes;
    bytes.reserve(text.size());
    while (true) {
        const std::size_t percent = text.find('%');
        bytes.append(text.substr(0, percent));
        if (percent == std::string_view::npos) return bytes;
        text.remove_prefix(percent);
        const int byte = escaped_byte(text);
        if (byte < 0) return std::nullopt;
        bytes += static_cast<char>(byte);
        text.remove_prefix(3);
    }
}

void append_form_decoded(std::string& out, std::string_view text) {
    while (!text.empty()) {
        const std::size_t special = text.find_first_of("%+");
        out.append(text.substr(0, special));
        if (special == std::string_view::npos) return;
        text.remove_prefix(special);
        const int byte = text.front() == '+' ? ' ' : escaped_byte(text);
        const bool escape = text.front() == '%' && byte >= 0;
        out += byte >= 0 ? static_cast<char>(byte) : '%';
        text.remove_prefix(escape ? 3 : 1);
    }
}

}  // namespace sio::util
