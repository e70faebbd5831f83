#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sio::wire {

/// The parts of a WebSocket client's HTTP request that the opening handshake is about (RFC 6455 section 4.1). A field that is
/// absent is empty; one that is repeated is joined by commas, as HTTP has it.
struct WsUpgradeRequest {
    std::string_view method = {};
    /// HTTP/1.1 is 11.
    unsigned http_version = 11;
    std::string_view host = {};
    std::string_view upgrade = {};
    std::string_view connection = {};
    std::string_view sec_websocket_key = {};
    std::string_view sec_websocket_version = {};
};

enum class WsUpgradeError : std::uint8_t {
    none,
    bad_method,        ///< not GET: answer 405 or 400
    bad_http_version,  ///< below 1.1
    missing_host,
    not_an_upgrade,  ///< `Upgrade` has no `websocket`, or `Connection` no `Upgrade`: answer 426
    bad_version,     ///< not 13: answer 426 with `Sec-WebSocket-Version: 13`
    bad_key,         ///< not 16 bytes in base64
};

/// Words for logs and answers.
std::string_view error_text(WsUpgradeError error) noexcept;

/// Checks what RFC 6455 section 4.2.1 demands of the request.
WsUpgradeError check_upgrade(const WsUpgradeRequest& request) noexcept;

/// The value of `Sec-WebSocket-Accept` that answers `key` (section 4.2.2).
std::string websocket_accept(std::string_view key);

}  // namespace sio::wire
