#pragma once

#include "session/v09_session.hpp"
#include "transport/v09_request.hpp"
#include "transport/websocket_connection.hpp"

namespace sio::transport {

/// A 0.9 session's packets over a WebSocket, one in each message; `flashsocket` is the same by another name.
class V09WebSocket final : public session::Transport, private WebSocketListener {
public:
    V09WebSocket(session::V09Session& session, V09Transport kind, WebSocketConnectionPtr connection) noexcept
        : session_(&session), connection_(std::move(connection)), kind_(kind) {}
    ~V09WebSocket() override { connection_->detach(); }

    /// Begins to read; the session must know the transport already.
    void start() { connection_->start(this); }

    std::string_view name() const noexcept override { return transport_name(kind_); }
    bool direct() const noexcept override { return true; }
    session::Frames takes_frames() const noexcept override {
        return connection_->deflate() ? session::Frames::none : session::Frames::plain;
    }
    bool ready() const noexcept override;
    std::size_t queued_bytes() const noexcept override { return connection_->queued_bytes(); }
    void send(bool binary, std::string_view packet) override;
    void send_frames(const std::shared_ptr<const std::string>& frames) override { connection_->send_frames(frames); }
    void fetch() override {}
    void flush() override { connection_->flush(); }
    void pause_reading() override { connection_->pause_reading(); }
    void resume_reading() override { connection_->resume_reading(); }
    void close(session::CloseReason reason) override;
    void leave() override;

private:
    void on_message(const wire::WsMessage& message) override;
    void on_end(std::uint16_t code, std::string_view reason) override;
    void on_drained() override;

    session::V09Session* session_;  // null once the session is done with this transport
    WebSocketConnectionPtr connection_;
    V09Transport kind_;
};

}  // namespace sio::transport
