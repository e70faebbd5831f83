#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sio/environ.hpp>
#include <sio/message.hpp>
#include <sio/response.hpp>
#include <sio/websocket_compression.hpp>

namespace sio {

/// Limits and policy of websocket().
struct WebSocketOptions {
    /// Of one message; beyond, the connection is closed with 1009.
    std::size_t max_message_bytes = 1'000'000;
    /// Of one message, an empty last one not counted; beyond, 1008.
    std::uint32_t max_fragments = 16'384;
    /// How often the client is pinged; browsers and libraries answer by themselves. At least 1 ms; zero: never.
    std::chrono::milliseconds ping_interval{25'000};
    /// How long anything from the client may take after a ping; the connection is then over, with the code 1006. Not counted
    /// while the handler lets so many messages wait that nothing is read. At least 1 ms.
    std::chrono::milliseconds ping_timeout{20'000};
    /// How long the client may take to answer a close frame.
    std::chrono::milliseconds close_timeout{10'000};
    /// Subprotocols that the app speaks, best first; the first that the client offers too is agreed on.
    std::vector<std::string> subprotocols = {};
    /// Origins (`https://example.org`) whose pages may connect, besides the server's own; `*` for any.
    std::vector<std::string> allowed_origins = {};
    /// Off unless set.
    std::optional<WebSocketCompression> compression = {};
};

/// A plain WebSocket (RFC 6455), without Engine.IO. Pings are sent and answered by themselves.
///
/// Used in the greenlet of its handler; send() and close() may also be called by other greenlets of the same server.
class WebSocket {
public:
    struct Impl;
    explicit WebSocket(Impl& impl) noexcept : impl_(impl) {}
    WebSocket(const WebSocket&) = delete;
    WebSocket& operator=(const WebSocket&) = delete;

    /// The next message; suspends the greenlet until there is one. Nothing once the connection has ended.
    /// While messages of more than 256 KiB wait to be received, nothing is read from the client.
    std::optional<Message> receive();
    /// Queues a message, and suspends the greenlet while more than 1 MiB waits for the client.
    /// Ignored once the connection has ended.
    void send(const Message& message);
    void send_text(std::string_view text);
    void send_binary(std::string_view bytes);
    /// Sends a close frame; receive() gives nothing from then on. `code`: 1000, or 3000 to 4999.
    void close(std::uint16_t code = 1000, std::string_view reason = {});

    bool is_open() const noexcept;
    /// What was agreed on; empty when nothing was.
    const std::string& subprotocol() const noexcept;
    /// The code of the client's close frame: 1005 without one, 1006 when the connection just went away. 0 while open.
    std::uint16_t close_code() const noexcept;
    const std::string& close_reason() const noexcept;

private:
    Impl& impl_;
};

/// Makes a WebSocket of the request and runs `handler` with it; the connection closes when the handler returns, with
/// 1011 when it throws. Returns what the app is to return: the request has been answered by then.
///
/// ```
/// app.get("/echo", [](sio::Environ& environ) {
///     return sio::websocket(environ, [](sio::WebSocket& ws) {
///         while (auto message = ws.receive()) ws.send(*message);
///     });
/// });
/// ```
///
/// A request that is none for a WebSocket is answered 426 (400 when malformed, 403 from a foreign page) and the handler
/// is not called. Throws Error(errc::not_attached) for an Environ that does not come from a SocketIOServer.
Response websocket(Environ& environ, const std::function<void(WebSocket&)>& handler, WebSocketOptions options = {});

}  // namespace sio
