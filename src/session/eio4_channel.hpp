#pragma once

#include <memory>
#include <string>

#include "session/broadcast.hpp"
#include "session/channel.hpp"
#include "session/engine_session.hpp"
#include "wire/attachment_collector.hpp"

namespace sio::session {

/// Socket.IO 5 on an Engine.IO 4 session: packets to text and attachments, and back.
///
/// Owned by its session, as the observer of it.
class Eio4Channel final : public Channel, public EngineObserver {
public:
    explicit Eio4Channel(EngineSession& session) noexcept : session_(session) {}

    /// Must be set before the session opens; held until it has closed.
    void set_handler(std::shared_ptr<ChannelHandler> handler) noexcept { handler_ = std::move(handler); }

    const std::string& sid() const noexcept override { return session_.sid(); }
    wire::Generation generation() const noexcept override { return wire::Generation::eio4; }
    std::string_view transport_name() const noexcept override { return session_.transport_name(); }
    greenlet::Loop& loop() noexcept override { return session_.host().loop; }

    void send(const wire::PacketView& packet, SendFlags flags) override;
    void send(const Broadcast& packet, SendFlags flags) override;
    std::size_t queued_bytes() const noexcept override { return session_.queued_bytes(); }
    void pause_reading() override { session_.pause_reading(); }
    void resume_reading() override { session_.resume_reading(); }
    void close(CloseReason reason) override { session_.close(reason); }

    void on_text(std::string_view message) override;
    void on_binary(std::string_view message) override;
    void on_close(CloseReason reason) override;
    void on_drained() override;

private:
    void deliver(const wire::PacketView& packet);

    EngineSession& session_;
    std::shared_ptr<ChannelHandler> handler_;
    wire::AttachmentCollector collector_;
};

}  // namespace sio::session
