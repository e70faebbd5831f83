#include "people.hpp"

#include <cstdint>
#include <vector>

#include "text.hpp"

namespace chat {

unsigned hue(std::string_view nickname) {
    std::uint32_t hash = 0x811c9dc5;
    for (const char byte : nickname) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x01000193;
    return hash % 12;
}

std::string initials(std::string_view nickname) {
    // Words are what ASCII punctuation and spaces leave.
    std::vector<std::string> words;
    bool inside = false;
    for (const char byte : nickname) {
        const auto value = static_cast<unsigned char>(byte);
        const bool letter =
            value >= 0x80 || (value >= '0' && value <= '9') || ((value | 0x20) >= 'a' && (value | 0x20) <= 'z');
        if (letter && !inside) words.emplace_back();
        if (letter) words.back().push_back(byte);
        inside = letter;
    }
    if (words.empty()) return "?";
    if (words.size() == 1) return to_upper(first_code_points(words.front(), 2));
    return to_upper(first_code_points(words.front(), 1) + first_code_points(words.back(), 1));
}

}  // namespace chat
