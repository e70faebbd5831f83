#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace chat {

/// Limits of what people type, in Unicode code points.
inline constexpr std::size_t max_nickname = 32;
inline constexpr std::size_t max_room_name = 40;
inline constexpr std::size_t max_message = 2000;

// Everything here takes and gives UTF-8; malformed bytes become U+FFFD.

std::size_t count_code_points(std::string_view text);

/// The first `count` code points, or all.
std::string first_code_points(std::string_view text, std::size_t count);
std::string to_upper(std::string_view text);

/// A name on one line: control characters and runs of white space become one space, none at either end.
std::string clean_name(std::string_view text);

/// A message: line breaks become `\n`, other control characters but tabs go, no blank lines before and no white space
/// behind.
std::string clean_message(std::string_view text);

/// What two names have in common that look alike: lower case, without characters that show nothing (zero-width, direction
/// marks, ...). Empty when nothing of `name` shows.
std::string skeleton(std::string_view name);

/// A name in a URL: `Büro & Küche` is `buro-kuche`. ASCII letters and digits with single hyphens between, at most 40;
/// `room` when nothing is left.
std::string slugify(std::string_view name);

}  // namespace chat
