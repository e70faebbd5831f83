#pragma once

#include <string>
#include <string_view>

namespace sio::wire {

/// Appends `text` as a string literal of JavaScript, with its quotes, fit to stand in a script file (JSONP) and inside a
/// `<script>` element of an HTML page (htmlfile).
///
/// Written as JSON, with these escaped as well:
/// - U+2028 and U+2029, which end a line in JavaScript before ES2019, and with it the literal;
/// - every `<`, so that neither `</script>` nor `<!--` ends or changes the element around it.
///
/// Control characters are escaped, and bytes that are not UTF-8 become U+FFFD. Read back by JavaScript or by a JSON parser,
/// it is `text` again.
void append_script_string(std::string& out, std::string_view text);

}  // namespace sio::wire
