#include "code_points.hpp"

#include <bit>

namespace testbed {

namespace {

void append(std::string& text, std::uint32_t point) {
    const auto tail = [&](int shift) { text += static_cast<char>(0x80 | (point >> shift & 0x3f)); };
    if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) point = 0xfffd;
    if (point < 0x80) {
        text += static_cast<char>(point);
    } else if (point < 0x800) {
        text += static_cast<char>(0xc0 | point >> 6);
        tail(0);
    } else if (point < 0x10000) {
        text += static_cast<char>(0xe0 | point >> 12);
        tail(6);
        tail(0);
    } else {
        text += static_cast<char>(0xf0 | point >> 18);
        tail(12);
        tail(6);
        tail(0);
    }
}

}  // namespace

std::vector<std::uint32_t> code_points(std::string_view text) {
    std::vector<std::uint32_t> points;
    for (const char character : text) {
        const auto byte = static_cast<std::uint8_t>(character);
        const int ones = std::countl_one(byte);
        if (ones == 1) {  // the first byte of a character has none or several
            if (!points.empty()) points.back() = points.back() << 6 | (byte & 0x3f);
        } else {
            points.push_back(byte & 0x7f >> ones);
        }
    }
    return points;
}

std::string from_code_points(const std::vector<std::uint32_t>& points) {
    std::string text;
    for (const auto point : points) append(text, point);
    return text;
}

}  // namespace testbed
