#pragma once

#include <string>
#include <vector>

#include <sio/engine_options.hpp>
#include <sio/headers.hpp>

namespace sio::transport {

/// The subprotocol (RFC 6455 section 1.9) to agree on with a client: the first of `spoken` that it offers. Empty: none.
std::string choose_subprotocol(const std::vector<std::string>& spoken, const Headers& headers);

/// The same for the WebSockets of an endpoint: if its options list none, the first that the client offers.
std::string choose_subprotocol(const EngineOptions& options, const Headers& headers);

}  // namespace sio::transport
