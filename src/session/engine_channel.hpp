#pragma once

#include <memory>
#include <string>

#include "session/broadcast.hpp"
#include "session/channel.hpp"
#include "session/engine_session.hpp"
#include "wire/attachment_collector.hpp"

namespace sio::wire {
struct Decoded;
}

namespace sio::session {

/// Socket.IO on an Engine.IO session: packets to text and attachments, and back.
///
/// What differs between the generations is in Eio3Channel and Eio4Channel. Owned by its session, as the observer of it.
class EngineChannel : public Channel, public EngineObserver {
public:
    explicit EngineChannel(EngineSession& session) noexcept : session_(session) {}

    /// Must be set before the session opens; held until it has closed.
    void set_handler(std::shared_ptr<ChannelHandler> handler) noexcept { handler_ = std::move(handler); }

    const std::string& sid() const noexcept override { return session_.sid(); }
    std::string_view transport_name() const noexcept override { return session_.transport_name(); }
    greenlet::Loop& loop() noexcept override { return session_.host().loop; }

    std::size_t queued_bytes() const noexcept override { return session_.queued_bytes(); }
    const QueueRules& queue_rules() const noexcept override { return session_.host().queue; }
    Drops drops() const noexcept override { return session_.drops(); }
    void flush() override { session_.flush(); }
    void pause_reading() override { session_.pause_reading(); }
    void resume_reading() override { session_.resume_reading(); }
    void close(CloseReason reason) override { session_.close(reason); }
    SessionSlot slot() const override { return session_.slot(); }

    void on_binary(std::string_view message) override;
    void on_close(CloseReason reason) override;
    void on_drained() override;

protected:
    /// The halves of send() and on_text() that know the wire. `Wire` has the functions of its generation; see the source.
    template <class Wire>
    bool send_as(const wire::PacketView& packet, SendFlags flags);
    template <class Wire>
    void send_as(const Broadcast& packet, SendFlags flags);
    template <class Wire>
    void read_as(std::string_view message);

private:
    void take(const wire::Decoded& decoded);
    void deliver(const wire::PacketView& packet);

    EngineSession& session_;
    std::shared_ptr<ChannelHandler> handler_;
    wire::AttachmentCollector collector_;
    bool dropping_ = false;  // the packet that has come means nothing, nor do its attachments
};

/// Socket.IO 4 on Engine.IO 3: clients 1.x and 2.x.
class Eio3Channel final : public EngineChannel {
public:
    using EngineChannel::EngineChannel;
    wire::Generation generation() const noexcept override { return wire::Generation::eio3; }
    bool send(const wire::PacketView& packet, SendFlags flags) override;
    void send(const Broadcast& packet, SendFlags flags) override;
    void on_text(std::string_view message) override;
};

/// Socket.IO 5 on Engine.IO 4: clients 3.x and 4.x.
class Eio4Channel final : public EngineChannel {
public:
    using EngineChannel::EngineChannel;
    wire::Generation generation() const noexcept override { return wire::Generation::eio4; }
    bool send(const wire::PacketView& packet, SendFlags flags) override;
    void send(const Broadcast& packet, SendFlags flags) override;
    void on_text(std::string_view message) override;
};

/// The channel for a session of whichever generation.
std::unique_ptr<EngineChannel> make_engine_channel(EngineSession& session);

}  // namespace sio::session
