#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <sio/engine_options.hpp>

#include "session/backlog.hpp"
#include "session/broadcast.hpp"
#include "session/channel.hpp"
#include "session/session_table.hpp"
#include "session/shard_place.hpp"
#include "session/transport.hpp"
#include "session/v09_heartbeat_fsm.hpp"
#include "util/timer_wheel.hpp"

namespace sio::session {

class V09Session;

/// What the 0.9 sessions of one endpoint on one shard have in common.
struct V09Host {
    greenlet::Loop& loop;
    const EngineOptions& options;
    SessionTable<V09Session> sessions{};
    ShardPlace place{};
    QueueRules queue{options};
    /// No session is opened any more.
    bool shutting_down = false;
};

/// A session of Socket.IO 0.7 to 0.9: what Engine.IO is to later generations, and the Channel on it, in one.
///
///      opening --open()--> handshaken --attach()--> open <--> between polls --close()--> closing --> closed
///                               |                    |               |        (a poll may fetch the rest)  ^
///                               +--- close timeout --+--- time-outs, connection gone -----------------------+
///
/// A transport is one connection, or one poll: each that the client opens takes over from the one before, so that a client
/// may fall back to another transport, or poll again when its last poll was lost on the way. Between polls, what is sent waits
/// in the outbox. Connects the client to the default namespace when the first transport comes.
///
/// Everything on its shard. Its destruction is put off to a later turn of the loop, so that no caller up the stack
/// finds it gone.
class V09Session final : public Channel, public boost::intrusive_ref_counter<V09Session, boost::thread_unsafe_counter> {
public:
    V09Session(V09Host& host, std::string sid, SessionSlot slot = {});
    ~V09Session() override;

    V09Host& host() const noexcept { return host_; }
    Counters& counters() const noexcept { return *host_.place.counters; }
    bool is_open() const noexcept { return state_ == State::handshaken || state_ == State::open; }

    /// Must be set before open(); held until the session has closed.
    void set_handler(std::shared_ptr<ChannelHandler> handler) noexcept { handler_ = std::move(handler); }
    /// Enters the session in the table. The client has the close timeout to come with a transport.
    void open();
    /// It was never opened, and will not be: tells the handler.
    void abandon(CloseReason reason);
    /// The client has opened this transport: it is the one from now on. False when the session is over.
    bool attach(const TransportPtr& transport);
    /// Whether a transport has come so far.
    bool attached() const noexcept { return state_ == State::open; }

    // Channel
    const std::string& sid() const noexcept override { return sid_; }
    wire::Generation generation() const noexcept override { return wire::Generation::v09; }
    std::string_view transport_name() const noexcept override { return transport_name_; }
    greenlet::Loop& loop() noexcept override { return host_.loop; }
    /// `packet` has no attachments.
    bool send(const wire::PacketView& packet, SendFlags flags = {}) override;
    void send(const Broadcast& packet, SendFlags flags = {}) override;
    std::size_t queued_bytes() const noexcept override { return backlog_.bytes(transport_.get()); }
    const QueueRules& queue_rules() const noexcept override { return host_.queue; }
    Drops drops() const noexcept override { return backlog_.drops(); }
    void flush() override;
    void pause_reading() override;
    void resume_reading() override;
    void close(CloseReason reason) override;
    SessionSlot slot() const override { return slot_; }

    // For transports, and requests that bring packets.

    /// One packet of the client, valid UTF-8. A malformed one is ignored, as by the reference server.
    void on_packet(std::string_view text);
    /// `from` has failed or was closed by the peer, and with it the session.
    void on_transport_end(Transport& from, CloseReason reason);
    void on_transport_drained(Transport& from);
    /// `from` was a poll, and has been answered or given up. The next one may come.
    void on_poll_done(Transport& from);
    Outbox& outbox() noexcept { return backlog_.outbox(); }
    bool reading_paused() const noexcept { return pauses_ != 0; }
    /// Calls `then` when reading is not paused any more, or the session has closed; at once if so it is. One at a time.
    void when_reading(std::function<void()> then);
    /// Whether one waits already.
    bool reader_waits() const noexcept { return when_reading_ != nullptr; }

private:
    enum class State : std::uint8_t { opening, handshaken, open, closing, closed };

    void send_text(std::string_view packet, Loss loss = Loss::never);
    Backlog::Way next_way();
    void put(Backlog::Way way, std::string_view packet, Loss loss);
    bool ready() const noexcept;
    void tell_if_drained();
    void note_disconnect(const wire::PacketView& packet) noexcept;
    void finish(CloseReason reason);
    void release_reader();
    V09HeartbeatFsm new_heartbeat() const noexcept;
    void arm_heartbeat();
    void heard();
    void on_heartbeat_timer();
    void on_absence_timer();

    V09Host& host_;
    SessionSlot slot_;
    std::string sid_;
    std::string_view transport_name_;
    std::shared_ptr<ChannelHandler> handler_;
    TransportPtr transport_;
    Backlog backlog_;
    V09HeartbeatFsm heartbeat_;
    util::Timer heartbeat_timer_;
    util::Timer absence_timer_;
    std::function<void()> when_reading_;
    State state_ = State::opening;
    std::uint16_t pauses_ = 0;
    bool disconnect_said_ = false;
};

using V09SessionPtr = boost::intrusive_ptr<V09Session>;

}  // namespace sio::session
