#pragma once

#include <string>

#include <sio/http_client.hpp>
#include <sio/websocket_client.hpp>

#include "client/url.hpp"

namespace sio::client {

/// The client's half of a WebSocket's opening handshake (RFC 6455, 4.1), without any I/O.
class WebSocketHandshake {
public:
    /// Throws Error(errc::invalid_value) for a subprotocol that is no token, std::invalid_argument for a header field.
    WebSocketHandshake(const Url& url, const WebSocketClientOptions& options);

    const std::string& request() const noexcept { return request_; }
    /// Returns the subprotocol that was agreed on, empty if none. Throws std::system_error when the server declined, or
    /// agreed to what was not offered.
    std::string check(const FetchResponse& response) const;

private:
    std::string name_;
    std::string key_;
    std::vector<std::string> offered_;
    std::string request_;
};

}  // namespace sio::client
