#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <sio/message.hpp>

namespace sio {

class Environ;

/// An Engine.IO session without Socket.IO on top: messages, whatever transport carries them.
///
/// ```
/// server.engine_io("/engine.io", [](sio::EngineSocket& socket) {
///     while (auto message = socket.receive()) socket.send(*message);
/// });
/// ```
///
/// Used in the greenlet of its handler; send() and close() may also be called by other greenlets of the same server.
class EngineSocket {
public:
    struct Impl;
    explicit EngineSocket(Impl& impl) noexcept : impl_(impl) {}
    EngineSocket(const EngineSocket&) = delete;
    EngineSocket& operator=(const EngineSocket&) = delete;

    /// The next message; suspends the greenlet until there is one. Nothing once the session has ended.
    /// While messages of more than 256 KiB wait to be received, nothing is read from the client.
    std::optional<Message> receive();
    /// Queues a message. Ignored once the session has ended. With SlowClients::pause it waits for a client that is behind.
    void send(const Message& message);
    void send_text(std::string_view text);
    void send_binary(std::string_view bytes);
    /// Ends the session in order.
    void close();

    bool is_open() const noexcept;
    /// The session id: whoever knows it can act as the client.
    const std::string& sid() const noexcept;
    /// `polling` or `websocket`, as it is now.
    std::string_view transport() const noexcept;
    /// The request that opened the session.
    const Environ& environ() const noexcept;
    /// Why the session ended, in the reference server's words (`transport close`); empty while it is open.
    std::string_view close_reason() const noexcept;

private:
    Impl& impl_;
};

}  // namespace sio
