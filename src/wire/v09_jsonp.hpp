#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// The forms that JSONP gives to what a 0.9 client and its server say to each other.

namespace sio::wire::v09 {

/// Reads the number of the callback that a query names (`i=3`, `jsonp=3`). Nothing unless it is 1 to 9 digits: it is to
/// stand in a script.
std::optional<std::uint32_t> read_jsonp_index(std::string_view text) noexcept;

/// Appends `io.j[3]("...");`: a script that hands `text` to the client's callback of that number.
void append_jsonp_call(std::string& out, std::uint32_t index, std::string_view text);
/// Appends `io.j[3](new Error("..."));`: the answer to a handshake that is refused.
void append_jsonp_error(std::string& out, std::uint32_t index, std::string_view message);

/// Reads the payload out of the body of a POST: a form whose field `d` is the payload as a JSON string, which spares it
/// what browsers do to line breaks in forms. Nothing when it is something else.
std::optional<std::string> read_jsonp_form(std::string_view body);

}  // namespace sio::wire::v09
