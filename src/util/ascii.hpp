#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace sio::util {

/// `c` in lower case when it is an ASCII letter. No locale.
constexpr char ascii_lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

constexpr bool ascii_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// ASCII letters, digits, and some characters more: a look into a table tells.
class AlnumAnd {
public:
    consteval explicit AlnumAnd(std::string_view others) {
        for (char c = '0'; c <= '9'; ++c) add(c);
        for (char c = 'a'; c <= 'z'; ++c) add(c);
        for (char c = 'A'; c <= 'Z'; ++c) add(c);
        for (const char c : others) add(c);
    }
    constexpr bool contains(char c) const noexcept { return has_[static_cast<unsigned char>(c)]; }

private:
    constexpr void add(char c) { has_[static_cast<unsigned char>(c)] = true; }

    std::array<bool, 256> has_{};
};

/// The value of a hexadecimal digit of either case, or -1.
constexpr int hex_value(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// Equality in which ASCII letters have no case, as for the names of HTTP fields (RFC 9110 section 5.1).
constexpr bool ascii_iequals(std::string_view left, std::string_view right) noexcept {
    if (left.size() != right.size()) return false;
    for (std::size_t i = 0; i < left.size(); ++i) {
        if (ascii_lower(left[i]) != ascii_lower(right[i])) return false;
    }
    return true;
}

/// `text` without HTTP's optional white space (space and tab) at both ends (RFC 9110 section 5.6.3).
constexpr std::string_view trim_ows(std::string_view text) noexcept {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

/// Whether the comma-separated list `list` has the member `token`, without case: `Connection: keep-alive,
/// Upgrade`.
constexpr bool list_has_token(std::string_view list, std::string_view token) noexcept {
    while (true) {
        const std::size_t comma = list.find(',');
        if (ascii_iequals(trim_ows(list.substr(0, comma)), token)) return true;
        if (comma == std::string_view::npos) return false;
        list.remove_prefix(comma + 1);
    }
}

}  // namespace sio::util
