#pragma once

#include <string>
#include <string_view>

namespace chat {

/// Which of the colours `.hue-0` to `.hue-11` of tokens.css a nickname's initials have: FNV-1a of its UTF-8, modulo 12.
/// static/js/avatar.js computes the same.
unsigned hue(std::string_view nickname);

/// "ada lovelace" is AL, "ada" AD, "🦊" itself. A first impression: once connected, the page works them out by graphemes.
std::string initials(std::string_view nickname);

}  // namespace chat
