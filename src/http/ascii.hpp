#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "util/ascii.hpp"

// Tokens and lists of HTTP (RFC 9110, 5.6), without the C library's locale.

namespace sio::http {

inline constexpr util::AlnumAnd token_chars("!#$%&'*+-.^_`|~");

/// A character of a token: field names, cookie names, parameter names.
constexpr bool is_token_char(char c) noexcept { return token_chars.contains(c); }

constexpr bool is_token(std::string_view text) noexcept {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

inline std::string lowered(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), util::ascii_lower);
    return out;
}

/// Takes the next element off a list: up to `separator`, trimmed. `list` keeps what follows.
constexpr std::string_view next_element(std::string_view& list, char separator = ',') noexcept {
    const auto end = list.find(separator);
    const auto element = util::trim_ows(list.substr(0, end));
    list.remove_prefix(end == std::string_view::npos ? list.size() : end + 1);
    return element;
}

}  // namespace sio::http
