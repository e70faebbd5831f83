#include "text.hpp"

#include <locale.h>
#include <cstdint>
#include <cwctype>

namespace chat {
namespace {

constexpr char32_t replacement = 0xfffd;

/// Takes one code point off the front of `text`.
char32_t take(std::string_view& text) {
    const auto byte = [&](std::size_t index) { return static_cast<unsigned char>(text[index]); };
    const auto continues = [&](std::size_t index) { return index < text.size() && (byte(index) & 0xc0) == 0x80; };
    const auto lead = byte(0);
    std::size_t length = 1;
    char32_t point = replacement;
    if (lead < 0x80) {
        point = lead;
    } else if (lead >= 0xc2 && lead < 0xe0 && continues(1)) {
        length = 2;
        point = static_cast<char32_t>((lead & 0x1f) << 6 | (byte(1) & 0x3f));
    } else if (lead >= 0xe0 && lead < 0xf0 && continues(1) && continues(2)) {
        const auto value = static_cast<char32_t>((lead & 0x0f) << 12 | (byte(1) & 0x3f) << 6 | (byte(2) & 0x3f));
        if (value >= 0x800 && (value < 0xd800 || value > 0xdfff)) {
            length = 3;
            point = value;
        }
    } else if (lead >= 0xf0 && lead < 0xf5 && continues(1) && continues(2) && continues(3)) {
        const auto value = static_cast<char32_t>((lead & 0x07) << 18 | (byte(1) & 0x3f) << 12 | (byte(2) & 0x3f) << 6 |
                                                 (byte(3) & 0x3f));
        if (value >= 0x10000 && value <= 0x10ffff) {
            length = 4;
            point = value;
        }
    }
    text.remove_prefix(length);
    return point;
}

void append(std::string& out, char32_t point) {
    const auto put = [&](char32_t value) { out.push_back(static_cast<char>(value)); };
    if (point < 0x80) {
        put(point);
    } else if (point < 0x800) {
        put(0xc0 | point >> 6);
        put(0x80 | (point & 0x3f));
    } else if (point < 0x10000) {
        put(0xe0 | point >> 12);
        put(0x80 | (point >> 6 & 0x3f));
        put(0x80 | (point & 0x3f));
    } else {
        put(0xf0 | point >> 18);
        put(0x80 | (point >> 12 & 0x3f));
        put(0x80 | (point >> 6 & 0x3f));
        put(0x80 | (point & 0x3f));
    }
}

bool is_control(char32_t point) { return point < 0x20 || (point >= 0x7f && point < 0xa0); }

// Unicode's White_Space, and the blank of Braille, which looks like one.
bool is_space(char32_t point) {
    return (point >= 0x09 && point <= 0x0d) || point == 0x20 || point == 0x85 || point == 0xa0 || point == 0x1680 ||
           (point >= 0x2000 && point <= 0x200a) || point == 0x2028 || point == 0x2029 || point == 0x202f ||
           point == 0x205f || point == 0x2800 || point == 0x3000;
}

// Unicode's Default_Ignorable_Code_Point and the other format characters: nothing is drawn for them.
bool is_invisible(char32_t point) {
    struct Range {
        char32_t first;
        char32_t last;
    };
    static constexpr Range ranges[] = {
        {0x00ad, 0x00ad},   {0x034f, 0x034f},   {0x061c, 0x061c}, {0x115f, 0x1160}, {0x17b4, 0x17b5},
        {0x180b, 0x180f},   {0x200b, 0x200f},   {0x202a, 0x202e}, {0x2060, 0x206f}, {0x3164, 0x3164},
        {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},   {0xffa0, 0xffa0}, {0xfff0, 0xfffb}, {0x1bca0, 0x1bca3},
        {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
    };
    for (const auto& range : ranges) {
        if (point >= range.first && point <= range.last) return true;
    }
    return false;
}

// By C.UTF-8, which Debian always has, whatever the process's locale: a nickname must not depend on where the server was
// started. Without it only ASCII letters have two cases.
locale_t utf8_locale() {
    static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return locale;
}

char32_t lower(char32_t point) {
    if (const auto locale = utf8_locale()) return static_cast<char32_t>(towlower_l(static_cast<wint_t>(point), locale));
    return point >= 'A' && point <= 'Z' ? point + ('a' - 'A') : point;
}

char32_t upper(char32_t point) {
    if (const auto locale = utf8_locale()) return static_cast<char32_t>(towupper_l(static_cast<wint_t>(point), locale));
    return point >= 'a' && point <= 'z' ? point - ('a' - 'A') : point;
}

// Letters from U+00C0 to U+017F without their marks; `.` where there is none.
constexpr std::string_view latin =
    "aaaaaaaceeeeiiiidnooooo.ouuuuytsaaaaaaaceeeeiiiidnooooo.ouuuuyty"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
    "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
static_assert(latin.size() == 0x180 - 0xc0);

}  // namespace

std::size_t count_code_points(std::string_view text) {
    std::size_t count = 0;
    for (; !text.empty(); ++count) take(text);
    return count;
}

std::string first_code_points(std::string_view text, std::size_t count) {
    std::string out;
    for (; count > 0 && !text.empty(); --count) append(out, take(text));
    return out;
}

std::string to_upper(std::string_view text) {
    std::string out;
    while (!text.empty()) append(out, upper(take(text)));
    return out;
}

std::string clean_name(std::string_view text) {
    std::string out;
    bool space = false;
    while (!text.empty()) {
        const auto point = take(text);
        if (is_space(point) || is_control(point)) {
            space = !out.empty();
        } else {
            if (space) out.push_back(' ');
            space = false;
            append(out, point);
        }
    }
    return out;
}

std::string clean_message(std::string_view text) {
    std::string out;
    std::size_t end = 0;  // behind the last character that is no white space
    while (!text.empty()) {
        auto point = take(text);
        if (point == '\r') {
            if (!text.empty() && text.front() == '\n') text.remove_prefix(1);
            point = '\n';
        }
        if (is_control(point) && point != '\n' && point != '\t') continue;
        if (point == '\n' && end == 0) {
            out.clear();  // a blank line before the text
            continue;
        }
        append(out, point);
        if (!is_space(point)) end = out.size();
    }
    out.resize(end);
    return out;
}

std::string skeleton(std::string_view name) {
    std::string out;
    bool space = false;
    while (!name.empty()) {
        const auto point = take(name);
        if (is_invisible(point)) continue;
        if (is_space(point) || is_control(point)) {
            space = !out.empty();
            continue;
        }
        if (space) out.push_back(' ');
        space = false;
        append(out, lower(point));
    }
    return out;
}

std::string slugify(std::string_view name) {
    std::string out;
    bool gap = false;
    while (!name.empty() && out.size() < 40) {
        const auto point = take(name);
        char letter = '.';
        if (point < 0x80) {
            const auto small = static_cast<char>(lower(point));
            if ((small >= 'a' && small <= 'z') || (small >= '0' && small <= '9')) letter = small;
            if (small == '\'') continue;
        } else if (point >= 0xc0 && point < 0x180) {
            letter = latin[point - 0xc0];
        } else if (is_invisible(point) || point == 0x2019) {
            continue;
        }
        if (letter == '.') {
            gap = !out.empty();
            continue;
        }
        if (gap) out.push_back('-');
        gap = false;
        out.push_back(letter);
    }
    return out.empty() ? "room" : out;
}

}  // namespace chat
