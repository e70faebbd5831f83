#include "util/base64.hpp"

#include <array>
#include <cstdint>

namespace sio::util {
namespace {

constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// Above every value of six bits, so that one OR over a group shows whether any character was wrong.
constexpr std::uint8_t invalid = 0x80;

constexpr std::array<std::uint8_t, 256> make_values() {
    std::array<std::uint8_t, 256> values{};
    values.fill(invalid);
    for (std::uint8_t i = 0; i < 64; ++i) values[static_cast<std::uint8_t>(alphabet[i])] = i;
    return values;
}

constexpr auto values = make_values();

// Twelve bits at a time: two characters for each table look-up.
constexpr std::array<char, 2 * 4096> make_pairs() {
    std::array<char, 2 * 4096> pairs{};
    for (std::size_t i = 0; i < 4096; ++i) {
        pairs[2 * i] = alphabet[i >> 6];
        pairs[2 * i + 1] = alphabet[i & 63];
    }
    return pairs;
}

constexpr auto pairs = make_pairs();

inline std::uint32_t value_at(const char* text) noexcept { return values[static_cast<std::uint8_t>(*text)]; }

}  // namespace

void append_base64(std::string& out, std::string_view bytes) {
    const std::size_t start = out.size();
    out.resize(start + base64_encoded_size(bytes.size()));
    char* to = out.data() + start;
    const auto* from = reinterpret_cast<const std::uint8_t*>(bytes.data());
    std::size_t left = bytes.size();
    for (; left >= 3; left -= 3, from += 3, to += 4) {
        const std::uint32_t group = std::uint32_t{from[0]} << 16 | std::uint32_t{from[1]} << 8 | from[2];
        const char* high = &pairs[2 * (group >> 12)];
        const char* low = &pairs[2 * (group & 0xfff)];
        to[0] = high[0];
        to[1] = high[1];
        to[2] = low[0];
        to[3] = low[1];
    }
    if (left == 0) return;
    const std::uint32_t group = std::uint32_t{from[0]} << 16 | (left == 2 ? std::uint32_t{from[1]} << 8 : 0);
    to[0] = alphabet[group >> 18];
    to[1] = alphabet[group >> 12 & 63];
    to[2] = left == 2 ? alphabet[group >> 6 & 63] : '=';
    to[3] = '=';
}

std::string base64_encode(std::string_view bytes) {
    std::string text;
    append_base64(text, bytes);
    return text;
}

bool append_base64_decoded(std::string& out, std::string_view text) {
    if (text.size() % 4 != 0) return false;
    if (text.empty()) return true;
    const std::size_t padding = text.back() != '=' ? 0 : text[text.size() - 2] != '=' ? 1 : 2;
    const std::size_t start = out.size();
    out.resize(start + text.size() / 4 * 3 - padding);

    char* to = out.data() + start;
    const char* from = text.data();
    std::uint32_t seen = 0;
    for (std::size_t groups = text.size() / 4 - (padding != 0); groups > 0; --groups, from += 4, to += 3) {
        const std::uint32_t a = value_at(from), b = value_at(from + 1), c = value_at(from + 2), d = value_at(from + 3);
        seen |= a | b | c | d;
        const std::uint32_t group = a << 18 | b << 12 | c << 6 | d;
        to[0] = static_cast<char>(group >> 16);
        to[1] = static_cast<char>(group >> 8);
        to[2] = static_cast<char>(group);
    }
    if (padding != 0) {
        const std::uint32_t a = value_at(from), b = value_at(from + 1), c = padding == 1 ? value_at(from + 2) : 0;
        seen |= a | b | c;
        // Bits that no byte takes must be zero, else several texts would stand for the same bytes.
        if ((padding == 1 ? c & 0x03 : b & 0x0f) != 0) seen |= invalid;
        to[0] = static_cast<char>(a << 2 | b >> 4);
        if (padding == 1) to[1] = static_cast<char>(b << 4 | c >> 2);
    }
    if ((seen & invalid) == 0) return true;
    out.resize(start);
    return false;
}

bool append_mime_base64_decoded(std::string& out, std::string_view text) {
    if (append_base64_decoded(out, text)) return true;
    std::string strict;
    strict.reserve(text.size() + 3);
    for (const char c : text) {
        if (c != '\r' && c != '\n') strict += c;
    }
    if (!strict.ends_with('=')) strict.append((4 - strict.size() % 4) % 4, '=');
    return append_base64_decoded(out, strict);
}

std::optional<std::string> base64_decode(std::string_view text) {
    std::string bytes;
    if (!append_base64_decoded(bytes, text)) return std::nullopt;
    return bytes;
}

}  // namespace sio::util
