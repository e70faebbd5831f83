#pragma once

#include <string>
#include <string_view>

namespace sio::util {

/// Whether `text` can be written to a log or a terminal as it is: no control characters, neither ASCII's
/// (0x00 to 0x1f, 0x7f) nor the C1 ones that terminals obey just the same (U+0080 to U+009F).
bool is_printable(std::string_view text) noexcept;

/// `text` with control characters as `\n`, `\r`, `\t` or `\xNN`. Backslashes stay as they are: the result is
/// for people.
std::string printable(std::string_view text);

}  // namespace sio::util
