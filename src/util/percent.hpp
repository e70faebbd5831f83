#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sio::util {

/// Appends `bytes`, with everything but RFC 3986's unreserved characters (letters, digits, `-._~`) as `%XX`.
void append_percent_encoded(std::string& out, std::string_view bytes);
std::string percent_encode(std::string_view bytes);

/// Replaces `%XX` by the bytes that they stand for. Nothing when a `%` is not followed by two hexadecimal
/// digits. The result may be any bytes, NUL and invalid UTF-8 included: the caller checks what it needs.
std::optional<std::string> percent_decode(std::string_view text);

/// The same for a part of a form or of a query: `+` is a space, and a `%` without two hexadecimal digits
/// stands for itself, as browsers and Node read it (WHATWG URL, application/x-www-form-urlencoded).
void append_form_decoded(std::string& out, std::string_view text);

}  // namespace sio::util
