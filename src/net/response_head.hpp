#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <sio/headers.hpp>
#include <sio/response.hpp>

namespace sio::net {

/// How the server frames and ends a response; what it adds to the app's headers.
struct ResponseFraming {
    int version = 11;           ///< of the request
    bool head_request = false;  ///< no body is sent, whatever the headers say
    bool keep_alive = true;     ///< whether the connection stays open
    bool streamed = false;      ///< the length is not known
    std::uint64_t length = 0;   ///< of the body, unless streamed
    std::string_view date;
};

/// Statuses that never have a body (RFC 9110, 6.4.1).
constexpr bool status_has_body(int status) noexcept { return status >= 200 && status != 204 && status != 304; }

/// What makes the head unusable: a status out of range, a name that is no token, CR, LF, NUL or another control
/// character in a value (response splitting). Empty: nothing.
std::string describe_fault(int status, const Headers& headers, bool upgrade);

/// Appends status line and headers. Framing fields of the app's (`Content-Length`, `Transfer-Encoding`, `Connection`,
/// `Date`, `Keep-Alive`) give way to the server's.
void append_response_head(std::string& out, int status, const Headers& headers, const ResponseFraming& framing);
/// Appends the head of a 101 answer: the headers as they are.
void append_upgrade_head(std::string& out, int status, const Headers& headers, std::string_view date);

}  // namespace sio::net
