#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sio::wire {

/// Whether `index` may stand between the brackets of `___eio[0]`: one to ten decimal digits. What else a URL says there
/// would become a part of the script.
bool is_jsonp_index(std::string_view index) noexcept;

/// Appends the script that hands `payload` to a page: `___eio[0]("...");`. `callbacks` is the name of the page's array of
/// functions, `___eio` or `io.j`; `index` one that is_jsonp_index() has accepted.
void append_jsonp(std::string& out, std::string_view callbacks, std::string_view index, std::string_view payload);

/// The payload in a body of Engine.IO's JSONP clients: the field `d` of a urlencoded form, in which a line feed is written
/// `\n`, since a textarea would change it, and what was `\n` before is `\\n`. Nothing when there is no `d`.
std::optional<std::string> decode_jsonp_form(std::string_view body);

}  // namespace sio::wire
