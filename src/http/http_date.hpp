#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace sio::http {

/// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7: IMF-fixdate).
std::string format_http_date(std::chrono::sys_seconds time);

/// Reads IMF-fixdate and the two older forms that RFC 9110 asks recipients to take: RFC 850's
/// (`Sunday, 06-Nov-94 08:49:37 GMT`) and asctime's (`Sun Nov  6 08:49:37 1994`). Nothing for anything else.
///
/// `now` places RFC 850's two-digit years: not more than 50 years ahead of it.
std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text, std::chrono::sys_seconds now);

}  // namespace sio::http
