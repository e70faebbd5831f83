#pragma once

#include <sio/app.hpp>

namespace sio {

/// For a server that only a reverse proxy can reach: takes the client's address, scheme and host from what the proxy says
/// (`X-Forwarded-For`, `X-Forwarded-Proto`, `X-Forwarded-Host`).
///
/// `proxies` (at least 1) is how many proxies stand in front, each of which adds to the end of those lists: that many
/// entries from the end is the one that can be believed. A field that is missing, shorter, or malformed changes nothing.
/// Without a proxy in front anybody could send those fields: do not use it then.
Middleware trust_proxy(int proxies = 1);

}  // namespace sio
