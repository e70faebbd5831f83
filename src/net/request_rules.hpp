#pragma once

#include <string>
#include <string_view>

#include <sio/http_request.hpp>

#include "net/request_fault.hpp"

namespace sio::net {

/// The value of a `Host` field: a name, an IPv4 or a bracketed IPv6 address, and an optional port (RFC 9110, 7.2). May be
/// empty.
bool is_valid_host(std::string_view host) noexcept;

/// Whether the first bytes of a connection, or of a request on it, can be those of a request line (RFC 9112, 3): what speaks
/// another protocol, TLS say, or HTTP/0.9, shows at once and is not waited for. `bytes` may go on behind the line.
RequestFault check_beginning(std::string_view bytes) noexcept;

/// Checks what RFC 9112 demands of the head of a request beyond its syntax and Beast's parser does not check:
/// exactly one valid Host in HTTP/1.1, transfer codings, lengths, the form of the target.
///
/// A target in absolute form becomes origin form and its authority the Host, as RFC 9112, 3.2.2 says.
RequestFault apply_rules(HttpRequest& request);

}  // namespace sio::net
