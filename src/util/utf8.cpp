#include "util/utf8.hpp"

#include <bit>
#include <cstring>

namespace sio::util {
namespace {

constexpr std::uint64_t high_bits = 0x8080808080808080;

// The first byte at or after `from` that is not ASCII, or `end`.
inline const std::uint8_t* skip_ascii(const std::uint8_t* from, const std::uint8_t* end) noexcept {
    for (; end - from >= 32; from += 32) {
        std::uint64_t words[4];
        std::memcpy(words, from, sizeof words);
        if (((words[0] | words[1] | words[2] | words[3]) & high_bits) != 0) break;
    }
    for (; end - from >= 8; from += 8) {
        std::uint64_t word;
        std::memcpy(&word, from, sizeof word);
        if ((word & high_bits) != 0) break;
    }
    while (from != end && *from < 0x80) ++from;
    return from;
}

inline bool continuation(std::uint8_t byte) noexcept { return (byte & 0xc0) == 0x80; }

// What follows a lead byte (RFC 3629 section 4): how many bytes, and the range of the first of them.
struct Lead {
    std::uint8_t needed;
    std::uint8_t low;
    std::uint8_t high;
};

// needed == 0 for a byte that begins no character of several bytes.
inline Lead lead_of(std::uint8_t byte) noexcept {
    if (byte < 0xc2) return {0, 0, 0};
    if (byte < 0xe0) return {1, 0x80, 0xbf};
    if (byte < 0xf0) {
        // U+0800 and up; below U+D800 or above U+DFFF.
        return {2, static_cast<std::uint8_t>(byte == 0xe0 ? 0xa0 : 0x80),
                static_cast<std::uint8_t>(byte == 0xed ? 0x9f : 0xbf)};
    }
    if (byte < 0xf5) {
        // U+10000 to U+10FFFF.
        return {3, static_cast<std::uint8_t>(byte == 0xf0 ? 0x90 : 0x80),
                static_cast<std::uint8_t>(byte == 0xf4 ? 0x8f : 0xbf)};
    }
    return {0, 0, 0};
}

// The bytes of the characters at `from`, when they are four of two bytes, or two of three bytes that need no closer look.
// Most texts that are not ASCII are mostly one or the other.
inline std::ptrdiff_t several_characters(const std::uint8_t* from, const std::uint8_t* end) noexcept {
    static_assert(std::endian::native == std::endian::little);
    if (end - from < 8) return 0;
    std::uint64_t word;
    std::memcpy(&word, from, sizeof word);
    if ((word & 0xc0e0c0e0c0e0c0e0) == 0x80c080c080c080c0) {
        // Lead bytes below 0xc2 have none of these bits; adding 0x7f carries one of any into the highest.
        const std::uint64_t leads = (word & 0x001e001e001e001e) + 0x007f007f007f007f;
        return (leads & 0x0080008000800080) == 0x0080008000800080 ? 8 : 0;
    }
    if ((word & 0x0000c0c0f0c0c0f0) == 0x00008080e08080e0) {
        // After 0xe0 and 0xed only some second bytes are right.
        const auto first = static_cast<unsigned>(word & 0x0f);
        const auto second = static_cast<unsigned>(word >> 24 & 0x0f);
        return first != 0x0 && first != 0xd && second != 0x0 && second != 0xd ? 6 : 0;
    }
    return 0;
}

// The first byte at or after `from` that does not begin a whole valid character, or `end`.
// The ranges are those of lead_of(), spelled out: a table of them makes this several times slower.
const std::uint8_t* skip_valid(const std::uint8_t* from, const std::uint8_t* end) noexcept {
    while ((from = skip_ascii(from, end)) != end) {
        // Characters that are not ASCII mostly come in runs.
        while (from != end && *from >= 0x80) {
            if (const std::ptrdiff_t run = several_characters(from, end); run != 0) {
                from += run;
                continue;
            }
            const std::uint8_t lead = *from;
            const std::ptrdiff_t left = end - from;
            if (lead < 0xe0) {
                if (lead < 0xc2 || left < 2 || !continuation(from[1])) return from;
                from += 2;
            } else if (lead < 0xf0) {
                if (left < 3 || !continuation(from[1]) || !continuation(from[2])) return from;
                if ((lead == 0xe0 && from[1] < 0xa0) || (lead == 0xed && from[1] > 0x9f)) return from;
                from += 3;
            } else {
                if (lead > 0xf4 || left < 4) return from;
                if (!continuation(from[1]) || !continuation(from[2]) || !continuation(from[3])) return from;
                if ((lead == 0xf0 && from[1] < 0x90) || (lead == 0xf4 && from[1] > 0x8f)) return from;
                from += 4;
            }
        }
    }
    return end;
}

}  // namespace

bool utf8_valid(std::string_view text) noexcept {
    const auto* const from = reinterpret_cast<const std::uint8_t*>(text.data());
    const auto* const end = from + text.size();
    return skip_valid(from, end) == end;
}

std::size_t utf16_length(std::string_view text) noexcept {
    // A character of one to three bytes is one unit, one of four bytes is two: count what does not continue a
    // character, and the lead bytes of four once more.
    std::size_t units = 0;
    for (const char c : text) {
        const auto byte = static_cast<std::uint8_t>(c);
        units += static_cast<std::size_t>(!continuation(byte)) + static_cast<std::size_t>(byte >= 0xf0);
    }
    return units;
}

std::optional<std::string_view> take_utf16_units(std::string_view& text, std::uint64_t units) noexcept {
    std::uint64_t counted = 0;
    std::size_t at = 0;
    for (; at < text.size(); ++at) {
        const auto byte = static_cast<std::uint8_t>(text[at]);
        if ((byte & 0xc0) == 0x80) continue;  // continues a character
        if (counted >= units) break;
        counted += byte >= 0xf0 ? 2 : 1;
    }
    if (counted != units) return std::nullopt;
    const std::string_view taken = text.substr(0, at);
    text.remove_prefix(at);
    return taken;
}

bool is_ascii(std::string_view text) noexcept {
    unsigned all = 0;
    for (const char byte : text) all |= static_cast<std::uint8_t>(byte);
    return all < 0x80;
}

bool append_once_encoded(std::string& out, std::string_view text) {
    const auto* const begin = reinterpret_cast<const std::uint8_t*>(text.data());
    const auto* const end = begin + text.size();
    const auto* at = skip_ascii(begin, end);
    // Any other byte begins a character above U+00FF, or none.
    if (at == end || (*at != 0xc2 && *at != 0xc3)) return false;
    const std::size_t before = out.size();
    out.append(text, 0, static_cast<std::size_t>(at - begin));
    const std::size_t checked = out.size();
    for (; at != end; ++at) {
        char byte = static_cast<char>(*at);
        if (*at >= 0x80) {
            // U+0080 to U+00FF are two bytes, the first of which is one of these.
            const bool one_byte = (*at == 0xc2 || *at == 0xc3) && end - at >= 2 && continuation(at[1]);
            if (!one_byte) {
                out.resize(before);
                return false;
            }
            byte = static_cast<char>((*at & 0x03) << 6 | (at[1] & 0x3f));
            ++at;
        }
        out += byte;
    }
    if (utf8_valid(std::string_view(out).substr(checked))) return true;
    out.resize(before);
    return false;
}

void append_encoded_again(std::string& out, std::string_view text) {
    for (const char byte : text) append_utf8(out, static_cast<std::uint8_t>(byte));
}

void append_utf8(std::string& out, char32_t code_point) {
    if (code_point > 0x10ffff || (code_point >= 0xd800 && code_point <= 0xdfff)) code_point = 0xfffd;
    if (code_point < 0x80) {
        out += static_cast<char>(code_point);
        return;
    }
    if (code_point < 0x800) {
        out += static_cast<char>(0xc0 | code_point >> 6);
    } else {
        if (code_point < 0x10000) {
            out += static_cast<char>(0xe0 | code_point >> 12);
        } else {
            out += static_cast<char>(0xf0 | code_point >> 18);
            out += static_cast<char>(0x80 | (code_point >> 12 & 0x3f));
        }
        out += static_cast<char>(0x80 | (code_point >> 6 & 0x3f));
    }
    out += static_cast<char>(0x80 | (code_point & 0x3f));
}

Utf8Char first_utf8_char(std::string_view text) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    if (byte(0) < 0x80) return {byte(0), 1};
    const Lead lead = lead_of(byte(0));
    const std::size_t size = std::size_t{1} + lead.needed;
    if (lead.needed == 0 || text.size() < size || byte(1) < lead.low || byte(1) > lead.high) return {0xfffd, 0};
    // Of the lead byte the bits below its run of ones, of the others six each.
    char32_t code_point = byte(0) & (0x3fU >> lead.needed);
    for (std::size_t i = 1; i < size; ++i) {
        if (!continuation(byte(i))) return {0xfffd, 0};
        code_point = code_point << 6 | (byte(i) & 0x3fU);
    }
    return {code_point, size};
}

bool Utf8Validator::feed(std::string_view piece) noexcept {
    if (needed_ == failed) return false;
    const auto* at = reinterpret_cast<const std::uint8_t*>(piece.data());
    const auto* const end = at + piece.size();
    while (true) {
        for (; needed_ > 0 && at != end; ++at, --needed_) {
            if (*at < low_ || *at > high_) {
                needed_ = failed;
                return false;
            }
            low_ = 0x80;
            high_ = 0xbf;
        }
        if ((at = skip_valid(at, end)) == end) return true;
        const Lead lead = lead_of(*at);
        ++at;
        needed_ = lead.needed == 0 ? failed : lead.needed;
        if (needed_ == failed) return false;
        low_ = lead.low;
        high_ = lead.high;
    }
}

}  // namespace sio::util
