#pragma once

#include <string_view>

#include <sio/engine_options.hpp>
#include <sio/exchange.hpp>

#include "transport/websocket_connection.hpp"

namespace sio::transport {

/// Whether `request` asks to become a WebSocket, as RFC 9110 section 7.8 has it: `websocket` is one of the protocols in
/// `Upgrade`, and `Connection` names that field.
bool wants_websocket(const HttpRequest& request);

/// The limits of an endpoint, for its WebSockets.
WebSocketConnection::OptionsPtr websocket_options(const EngineOptions& options);

/// Answers `request`, which is the exchange's: 101, and the connection; or 400 or 426 with the reason, and null.
/// `subprotocol` is named in the answer unless empty. The connection is not started.
WebSocketConnectionPtr accept_websocket(greenlet::Loop& loop, Exchange& exchange, const HttpRequest& request,
                                        WebSocketConnection::OptionsPtr options, std::string_view subprotocol = {});

}  // namespace sio::transport
