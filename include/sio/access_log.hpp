#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <sio/app.hpp>

namespace sio {

struct AccessLogOptions {
    enum class Format {
        common,    ///< host, user, time, request, status, bytes: NCSA's Common Log Format
        combined,  ///< the same with referrer and user agent
    };
    Format format = Format::combined;
    /// Where lines go, without newline. Default: sio's log, area `access`, level info. Any thread.
    std::function<void(std::string_view line)> write = {};
};

/// Logs each request after its app has answered, with the milliseconds that this took at the end of the line:
///
///     192.0.2.7 - ann [22/Nov/2026:15:19:04 +0000] "GET /room/a HTTP/1.1" 200 5120 "-" "Mozilla/5.0" 1.250ms
///
/// Quotes, backslashes, control characters and bytes beyond ASCII are escaped (`\"`, `\xNN`). The bytes are those of the
/// body, `-` when it is streamed. An exception that passes is logged with the status it will become.
Middleware access_log(AccessLogOptions options = {});

}  // namespace sio
