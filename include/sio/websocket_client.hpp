#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sio/client_tls.hpp>
#include <sio/detail/wait_queue.hpp>
#include <sio/headers.hpp>
#include <sio/message.hpp>

namespace sio {

struct WebSocketClientOptions {
    /// Of the handshake's request, such as `Origin` or `Authorization`.
    Headers headers = {};
    /// Offered, best first.
    std::vector<std::string> subprotocols = {};
    /// For name, connection, TLS and handshake.
    Duration connect_timeout = std::chrono::seconds(30);
    /// How long the server may take to answer a close frame.
    Duration close_timeout = std::chrono::seconds(10);
    /// While somebody is in receive() and nothing has come for so long, the server is pinged. Zero: never.
    std::chrono::milliseconds ping_interval{25'000};
    /// Without a sign of life for so long after a ping, the connection counts as gone (1006). Zero: one may be silent for ever.
    std::chrono::milliseconds ping_timeout{20'000};
    /// Of one message; beyond, the connection is closed with 1009.
    std::size_t max_message_bytes = 16'000'000;
    ClientTls tls = {};
};

/// A WebSocket (RFC 6455) to a server, for greenlets. While somebody is in receive(), pings are answered, and a server that has gone
/// without a word is noticed (WebSocketClientOptions::ping_interval).
///
///     sio::WebSocketClient ws("wss://example.org/feed");
///     ws.send_text("hello");
///     while (auto message = ws.receive()) use(message->data);
///
/// One greenlet may receive while any others send. It must not end while a greenlet is in one of its calls.
///
/// Threads: belongs to the loop on which it was made, and must end before that loop does.
/// Errors: the constructor throws Error(errc::invalid_value) for what is no ws or wss URL and for negative intervals, std::system_error
/// (connection refused, upgrade declined, ...), Timeout, and what blocking calls throw; send() throws
/// Error(errc::connection_closed) when the connection has ended.
class WebSocketClient {
public:
    explicit WebSocketClient(std::string_view url, WebSocketClientOptions options = {});
    ~WebSocketClient();
    WebSocketClient(WebSocketClient&& other) noexcept;
    WebSocketClient& operator=(WebSocketClient&& other) noexcept;

    /// The next message; nothing once the connection has ended. Throws Timeout when none came within `limit`: the connection
    /// is of no use then, as part of a message may have been read.
    std::optional<Message> receive(Duration limit = forever);
    /// Blocks until the system has taken all of it.
    void send(const Message& message);
    void send_text(std::string_view text);
    void send_binary(std::string_view bytes);
    /// Sends a close frame, unless it was closed already, and waits for the server's while nobody is in receive().
    void close(std::uint16_t code = 1000, std::string_view reason = {});

    bool is_open() const noexcept;
    /// What was agreed on; empty when nothing was.
    const std::string& subprotocol() const noexcept;
    /// The code of the server's close frame: 1005 without one, 1006 when the connection just went away. 0 while open.
    std::uint16_t close_code() const noexcept;
    const std::string& close_reason() const noexcept;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace sio
