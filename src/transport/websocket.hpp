#pragma once

#include "session/engine_session.hpp"
#include "transport/websocket_connection.hpp"

namespace sio::transport {

/// An Engine.IO session's packets over a WebSocket: one in each message.
class WebSocket final : public session::Transport, private WebSocketListener {
public:
    /// What a client wants to have written otherwise than most.
    struct Form {
        bool base64 = false;         ///< it takes text only (`b64=1`)
        bool encoded_twice = false;  ///< its text is encoded to UTF-8 twice, both ways
    };

    WebSocket(session::EngineSession& session, WebSocketConnectionPtr connection, Form form) noexcept
        : session_(&session), generation_(session.generation()), form_(form), connection_(std::move(connection)) {}
    ~WebSocket() override;

    /// Begins to read; the session must know the transport already.
    void start() { connection_->start(this); }

    std::string_view name() const noexcept override { return "websocket"; }
    bool direct() const noexcept override { return true; }
    bool ready() const noexcept override;
    std::size_t queued_bytes() const noexcept override { return connection_->queued_bytes(); }
    void send(bool binary, std::string_view packet) override;
    session::Frames takes_frames() const noexcept override;
    void send_frames(const std::shared_ptr<const std::string>& frames) override { connection_->send_frames(frames); }
    void fetch() override {}
    void flush() override { connection_->flush(); }
    void pause_reading() override { connection_->pause_reading(); }
    void resume_reading() override { connection_->resume_reading(); }
    void close(session::CloseReason reason) override;
    void leave() override {}

private:
    void send_text(std::string_view packet);
    wire::EngineError decode(const wire::WsMessage& message, std::string& decoded, wire::EnginePacket& packet) const;
    void on_message(const wire::WsMessage& message) override;
    void on_end(std::uint16_t code, std::string_view reason) override;
    void on_drained() override;

    session::EngineSession* session_;  // null once the session is done with this transport
    const Generation generation_;
    const Form form_;
    WebSocketConnectionPtr connection_;
};

}  // namespace sio::transport
