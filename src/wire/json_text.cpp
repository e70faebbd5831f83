#include "wire/json_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstring>

#include "util/ascii.hpp"
#include "util/decimal.hpp"
#include "util/utf8.hpp"

namespace sio::wire {
namespace {

// What a byte inside a string asks for.
enum class ByteClass : std::uint8_t { plain, escape, not_ascii };

constexpr std::array<ByteClass, 256> make_classes() {
    std::array<ByteClass, 256> classes{};
    for (std::size_t i = 0; i < 256; ++i) {
        if (i < 0x20 || i == '"' || i == '\\') classes[i] = ByteClass::escape;
        if (i >= 0x80) classes[i] = ByteClass::not_ascii;
    }
    return classes;
}

constexpr auto classes = make_classes();

inline ByteClass class_of(char c) noexcept { return classes[static_cast<unsigned char>(c)]; }

// How many bytes at the start of `text` are plain, eight at a time.
std::size_t plain_prefix(std::string_view text) noexcept {
    constexpr std::uint64_t ones = 0x0101010101010101;
    constexpr std::uint64_t highs = 0x8080808080808080;
    std::size_t at = 0;
    for (; text.size() - at >= 8; at += 8) {
        std::uint64_t word;
        std::memcpy(&word, text.data() + at, sizeof word);
        // In each, the high bit of a byte is set where the byte (below 0x80) is below a space, a quote, a backslash.
        // A borrow may set it in the byte above one that is, which is found all the same.
        const std::uint64_t controls = word - ones * 0x20;
        const std::uint64_t quotes = (word ^ ones * '"') - ones;
        const std::uint64_t backslashes = (word ^ ones * '\\') - ones;
        if (((word | controls | quotes | backslashes) & highs) != 0) break;
    }
    while (at < text.size() && class_of(text[at]) == ByteClass::plain) ++at;
    return at;
}

void append_unit_escape(std::string& out, unsigned unit) {
    constexpr char digits[] = "0123456789abcdef";
    const char escape[] = {
        '\\', 'u', digits[unit >> 12 & 15], digits[unit >> 8 & 15], digits[unit >> 4 & 15], digits[unit & 15]};
    out.append(escape, sizeof escape);
}

void append_escaped(std::string& out, char32_t code_point) {
    if (code_point < 0x10000) return append_unit_escape(out, code_point);
    append_unit_escape(out, 0xd7c0 + (code_point >> 10));
    append_unit_escape(out, 0xdc00 + (code_point & 0x3ff));
}

void append_control_or_quote(std::string& out, char c) {
    char letter = c;
    switch (c) {
        case '"':
        case '\\': break;
        case '\b': letter = 'b'; break;
        case '\f': letter = 'f'; break;
        case '\n': letter = 'n'; break;
        case '\r': letter = 'r'; break;
        case '\t': letter = 't'; break;
        default: return append_unit_escape(out, static_cast<unsigned char>(c));
    }
    out += '\\';
    out += letter;
}

constexpr bool ends_javascript_line(char32_t code_point) noexcept {
    return code_point == 0x2028 || code_point == 0x2029;
}

constexpr bool is_high_surrogate(char32_t unit) noexcept { return unit >= 0xd800 && unit < 0xdc00; }
constexpr bool is_low_surrogate(char32_t unit) noexcept { return unit >= 0xdc00 && unit < 0xe000; }

// The unit of the escape `\uXXXX` that `text` begins with, or -1.
int unit_escape(std::string_view text) noexcept {
    if (text.size() < 6 || text[0] != '\\' || text[1] != 'u') return -1;
    int unit = 0;
    for (std::size_t i = 2; i < 6; ++i) {
        const int digit = util::hex_value(text[i]);
        if (digit < 0) return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

// The character of one escape other than `\u`, or -1.
int plain_escape(char letter) noexcept {
    switch (letter) {
        case '"':
        case '\\':
        case '/': return letter;
        case 'b': return '\b';
        case 'f': return '\f';
        case 'n': return '\n';
        case 'r': return '\r';
        case 't': return '\t';
        default: return -1;
    }
}

}  // namespace

void append_json_string(std::string& out, std::string_view text, JsonCharset charset) {
    out.reserve(out.size() + text.size() + 2);
    out += '"';
    std::size_t written = 0;  // up to where `text` has been appended
    std::size_t at = 0;
    while (at < text.size()) {
        at += plain_prefix(text.substr(at));
        if (at == text.size()) break;
        const ByteClass kind = class_of(text[at]);
        std::size_t size = 1;
        char32_t code_point = 0;
        if (kind == ByteClass::not_ascii) {
            const util::Utf8Char character = util::first_utf8_char(text.substr(at));
            if (character.size != 0 && charset == JsonCharset::utf8 && !ends_javascript_line(character.code_point)) {
                at += character.size;
                continue;
            }
            if (character.size != 0) size = character.size;
            code_point = character.code_point;
        }
        out.append(text, written, at - written);
        if (kind == ByteClass::escape) {
            append_control_or_quote(out, text[at]);
        } else if (charset == JsonCharset::utf8 && !ends_javascript_line(code_point)) {
            util::append_utf8(out, code_point);
        } else {
            append_escaped(out, code_point);
        }
        at += size;
        written = at;
    }
    out.append(text, written);
    out += '"';
}

void append_json_as_ascii(std::string& out, std::string_view json) {
    std::size_t at = 0;
    while (at < json.size()) {
        const std::size_t start = at;
        while (at < json.size() && class_of(json[at]) != ByteClass::not_ascii) ++at;
        out.append(json, start, at - start);
        if (at == json.size()) return;
        const util::Utf8Char character = util::first_utf8_char(json.substr(at));
        append_escaped(out, character.code_point);
        at += character.size == 0 ? 1 : character.size;
    }
}

void append_json_number(std::string& out, std::int64_t value) { util::append_decimal(out, value); }

void append_json_number(std::string& out, std::uint64_t value) { util::append_decimal(out, value); }

void append_json_number(std::string& out, double value) {
    if (!std::isfinite(value)) {
        out += "null";
        return;
    }
    if (value == 0) {
        out += '0';
        return;
    }
    // ECMA-262, Number::toString: `digits` are the shortest that identify the number, which is 0.digits * 10^point.
    char text[32];
    const char* const end = std::to_chars(text, text + sizeof text, std::abs(value), std::chars_format::scientific).ptr;
    std::string_view written(text, static_cast<std::size_t>(end - text));
    const std::size_t e = written.find('e');
    int point = 0;
    const char* const exponent = written.data() + e + (written[e + 1] == '+' ? 2 : 1);
    std::from_chars(exponent, end, point);
    ++point;
    char digits[32];
    std::size_t count = 0;
    for (const char c : written.substr(0, e)) {
        if (c != '.') digits[count++] = c;
    }
    const std::string_view all(digits, count);

    if (value < 0) out += '-';
    const auto whole = static_cast<std::size_t>(point);
    if (point > 0 && point <= 21 && count <= whole) {
        out += all;
        out.append(whole - count, '0');
    } else if (point > 0 && point <= 21) {
        out += all.substr(0, whole);
        out += '.';
        out += all.substr(whole);
    } else if (point > -6 && point <= 0) {
        out += "0.";
        out.append(static_cast<std::size_t>(-point), '0');
        out += all;
    } else {
        out += all.front();
        if (count > 1) {
            out += '.';
            out += all.substr(1);
        }
        out += point > 0 ? "e+" : "e-";
        util::append_decimal(out, std::abs(point - 1));
    }
}

std::optional<JsonString> scan_json_string(std::string_view json) noexcept {
    if (json.empty() || json.front() != '"') return std::nullopt;
    bool has_escapes = false;
    for (std::size_t at = 1; at < json.size(); ++at) {
        if (class_of(json[at]) != ByteClass::escape) continue;
        if (json[at] == '"') return JsonString{json.substr(1, at - 1), has_escapes, json.substr(at + 1)};
        if (json[at] != '\\') return std::nullopt;
        has_escapes = true;
        ++at;
    }
    return std::nullopt;
}

bool append_json_unescaped(std::string& out, std::string_view raw) {
    while (true) {
        const std::size_t backslash = raw.find('\\');
        out += raw.substr(0, backslash);
        if (backslash == std::string_view::npos) return true;
        raw.remove_prefix(backslash);
        if (raw.size() < 2) return false;
        if (raw[1] != 'u') {
            const int c = plain_escape(raw[1]);
            if (c < 0) return false;
            out += static_cast<char>(c);
            raw.remove_prefix(2);
            continue;
        }
        const int unit = unit_escape(raw);
        if (unit < 0) return false;
        raw.remove_prefix(6);
        auto code_point = static_cast<char32_t>(unit);
        if (is_high_surrogate(code_point)) {
            const int next = unit_escape(raw);
            if (next >= 0 && is_low_surrogate(static_cast<char32_t>(next))) {
                code_point = 0x10000 + ((code_point - 0xd800) << 10) + (static_cast<char32_t>(next) - 0xdc00);
                raw.remove_prefix(6);
            }
        }
        util::append_utf8(out, code_point);
    }
}

bool append_json_with_whole_surrogates(std::string& out, std::string_view json) {
    bool replaced = false;
    while (true) {
        const std::size_t backslash = json.find('\\');
        out += json.substr(0, backslash);
        if (backslash == std::string_view::npos) return replaced;
        json.remove_prefix(backslash);
        const int unit = unit_escape(json);
        // A pair is copied as a whole, any other escape by its first two characters.
        std::size_t keep = std::min<std::size_t>(2, json.size());
        if (unit >= 0 && is_high_surrogate(static_cast<char32_t>(unit))) {
            const int next = unit_escape(json.substr(6));
            keep = next >= 0 && is_low_surrogate(static_cast<char32_t>(next)) ? 12 : 0;
        } else if (unit >= 0 && is_low_surrogate(static_cast<char32_t>(unit))) {
            keep = 0;
        }
        if (keep == 0) {
            out += "\\ufffd";
            replaced = true;
            keep = 6;
        } else {
            out += json.substr(0, keep);
        }
        json.remove_prefix(keep);
    }
}

}  // namespace sio::wire
