#pragma once

#include <span>
#include <string>
#include <string_view>

namespace sio::wire {

/// What a Flash player sends, with the NUL, before it opens a socket (`flashsocket`), to port 843, to a port of the
/// application's choice (Socket.IO: 10843), or to the very port that it wants to use.
inline constexpr std::string_view flash_policy_request{"<policy-file-request/>\0", 23};

/// The answer, with the NUL at its end: an XML document that lets Flash movies that came from `domains` (`*`, `*.example.org`,
/// `example.org`) open sockets to `ports` (`*`, `80,443`, `8000-9000`) of this host.
std::string flash_policy(std::span<const std::string> domains, std::string_view ports);

}  // namespace sio::wire
