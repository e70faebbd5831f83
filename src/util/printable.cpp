#include "util/printable.hpp"

#include <cstddef>

namespace sio::util {
namespace {

/// How many bytes at `text[at]` are a control character: 0, 1, or 2 for U+0080 to U+009F in UTF-8.
std::size_t control_length(std::string_view text, std::size_t at) noexcept {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x20 || byte == 0x7f) return 1;
    if (byte != 0xc2 || at + 1 == text.size()) return 0;
    const auto next = static_cast<unsigned char>(text[at + 1]);
    return next >= 0x80 && next <= 0x9f ? 2 : 0;
}

void append_escape(std::string& out, unsigned char byte) {
    constexpr char digits[] = "0123456789abcdef";
    switch (byte) {
        case '\n': out += "\\n"; return;
        case '\r': out += "\\r"; return;
        case '\t': out += "\\t"; return;
        default: break;
    }
    out += "\\x";
    out += digits[byte >> 4];
    out += digits[byte & 15];
}

}  // namespace

bool is_printable(std::string_view text) noexcept {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (control_length(text, i) != 0) return false;
    }
    return true;
}

std::string printable(std::string_view text) {
    std::string out;
    out.reserve(text.size() + 16);
    for (std::size_t i = 0; i < text.size();) {
        const auto length = control_length(text, i);
        if (length == 0) {
            out += text[i++];
            continue;
        }
        for (std::size_t k = 0; k < length; ++k) append_escape(out, static_cast<unsigned char>(text[i + k]));
        i += length;
    }
    return out;
}

}  // namespace sio::util
