#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <sio/binary.hpp>
#include <sio/engine_options.hpp>
#include <sio/generation.hpp>

#include "session/backlog.hpp"
#include "session/channel.hpp"
#include "session/heartbeat_fsm.hpp"
#include "session/session_table.hpp"
#include "session/shard_place.hpp"
#include "session/transport.hpp"
#include "session/upgrade_fsm.hpp"
#include "util/timer_wheel.hpp"
#include "wire/engine_packet.hpp"

namespace sio::session {

class EngineSession;

/// What the sessions of one endpoint on one shard have in common.
struct EngineHost {
    greenlet::Loop& loop;
    const EngineOptions& options;
    SessionTable<EngineSession> sessions{};
    ShardPlace place{};
    QueueRules queue{options};
    /// No session is opened any more.
    bool shutting_down = false;

    /// Whether a polling session may move to WebSocket.
    bool upgrades_allowed() const noexcept {
        return options.allow_upgrades && std::ranges::find(options.transports, "websocket") != options.transports.end();
    }
};

/// Who uses an Engine.IO session: Socket.IO, or an application that speaks Engine.IO alone.
class EngineObserver {
public:
    virtual ~EngineObserver() = default;
    /// A message, without its packet type. Valid during the call.
    virtual void on_text(std::string_view message) = 0;
    virtual void on_binary(std::string_view message) = 0;
    /// The session has ended. The last call.
    virtual void on_close(CloseReason reason) = 0;
    /// The peer has caught up with most of what was queued for it.
    virtual void on_drained() {}
};

/// An Engine.IO session, of version 3 or 4: heartbeat, upgrade, outbox and end, on whatever transport carries it now.
///
///      opening --open()--> open --close()--> closing (polls fetch the rest, the last one a close packet) --> closed
///                            +--------------- peer gone, time-outs -----------------------^
///
/// Everything on its shard. Its destruction is put off to a later turn of the loop, so that no caller up the stack
/// finds it gone.
class EngineSession final : public boost::intrusive_ref_counter<EngineSession, boost::thread_unsafe_counter> {
public:
    /// `generation`: eio3 or eio4.
    EngineSession(EngineHost& host, std::string sid, Generation generation = Generation::eio4, SessionSlot slot = {});
    ~EngineSession();

    const std::string& sid() const noexcept { return sid_; }
    EngineHost& host() const noexcept { return host_; }
    Counters& counters() const noexcept { return *host_.place.counters; }
    const SessionSlot& slot() const noexcept { return slot_; }
    Generation generation() const noexcept { return generation_; }
    /// The transport in use; null before open() and after the end.
    Transport* transport() const noexcept { return transport_.get(); }
    std::string_view transport_name() const noexcept;
    bool is_open() const noexcept { return state_ == State::open; }

    // For whoever uses the session.

    /// Must be set before open(). The session owns it.
    void set_observer(std::unique_ptr<EngineObserver> observer) noexcept { observer_ = std::move(observer); }
    /// Enters the session in the table and greets the client over `transport`. Heartbeats begin.
    void open(TransportPtr transport);
    /// Sends a text packet, given with its type (`4hello`). Ignored unless the session is open. Ends the session when its
    /// client is too slow.
    void send_text(std::string_view packet, Loss loss = Loss::never) { send(false, packet, loss); }
    void send_binary(std::string_view bytes, Loss loss = Loss::never) { send(true, bytes, loss); }
    /// The same in two steps, for a message of several packets that go the same way: asks, then sends there.
    Backlog::Way next_way() {
        if (state_ != State::open) return Backlog::Way::nowhere;
        const auto way = backlog_.next_way(transport_.get(), host_.queue, counters());
        if (way == Backlog::Way::nowhere) finish(CloseReason::slow_consumer);
        return way;
    }
    void put(Backlog::Way way, std::string_view text, std::span<const Binary> attachments, Loss loss);
    /// Which frames send_frames() takes, on the transport of now.
    Frames takes_frames() const noexcept { return transport_ ? transport_->takes_frames() : Frames::none; }
    /// When the next way is the transport. `packets`: how many it is.
    void send_frames(const std::shared_ptr<const std::string>& frames, std::size_t packets) {
        counters().packets_out.add(packets);
        transport_->send_frames(frames);
    }
    bool ready() const noexcept {
        return state_ == State::open && transport_->ready() && !(transport_->direct() && !outbox().empty());
    }
    std::size_t queued_bytes() const noexcept { return backlog_.bytes(transport_.get()); }
    /// Hands over to the operating system, or to a waiting poll, now what it takes.
    void flush();
    void count_volatile() noexcept { backlog_.count_volatile(counters()); }
    Drops drops() const noexcept { return backlog_.drops(); }
    void pause_reading();
    void resume_reading();
    bool reading_paused() const noexcept { return is_open() && pauses_ != 0; }
    /// Ends the session in order: what is queued still goes out. on_close(reason) is called at once.
    void close(CloseReason reason);

    // For its transports.

    /// A packet came in over `from`.
    void on_packet(Transport& from, const wire::EnginePacket& packet);
    /// `from` has failed or was closed by the peer.
    void on_transport_end(Transport& from, CloseReason reason);
    void on_transport_drained(Transport& from);
    /// A WebSocket wants to take over; false: refused, the caller closes it.
    bool on_candidate(TransportPtr candidate);
    /// Whether `transport` is the one in use or the candidate.
    bool knows(const Transport& transport) const noexcept {
        return &transport == transport_.get() || &transport == candidate_.get();
    }
    Outbox& outbox() noexcept { return backlog_.outbox(); }
    const Outbox& outbox() const noexcept { return backlog_.outbox(); }
    /// Polls are answered at once: the client is to stop polling, since it upgrades or is told to go.
    bool hurries_polls() const noexcept { return closes() || upgrade_.hurries_polls(); }
    /// The next poll that finds the outbox empty ends the session with a close packet.
    bool closes() const noexcept { return state_ == State::closing; }
    /// A poll waits, or none does any more.
    void note_poll(bool waits) noexcept { slot_.set_carried(waits); }
    /// A poll has fetched the outbox.
    void on_fetched();

private:
    enum class State : std::uint8_t { opening, open, closing, closed };

    void send(bool binary, std::string_view packet, Loss loss = Loss::never);
    void fetch();
    void tell_if_drained();
    void answer_ping(std::string_view data);
    void on_candidate_packet(const wire::EnginePacket& packet);
    void act(UpgradeFsm::Action action);
    void switch_over();
    void arm_phase_timer(std::chrono::milliseconds delay);
    void on_phase_timer();
    void drop_candidate(CloseReason reason);
    HeartbeatFsm new_heartbeat() const noexcept;
    void arm_heartbeat();
    void on_heartbeat_timer();
    void finish(CloseReason reason);

    EngineHost& host_;
    SessionSlot slot_;
    std::string sid_;
    const Generation generation_;
    std::unique_ptr<EngineObserver> observer_;
    TransportPtr transport_;
    TransportPtr candidate_;
    Backlog backlog_;
    HeartbeatFsm heartbeat_;
    util::Timer heartbeat_timer_;
    util::RareTimer phase_timer_;  // of an upgrade, or of a closing session's wait for its last poll
    UpgradeFsm upgrade_;
    State state_ = State::opening;
    std::uint16_t pauses_ = 0;
};

using EngineSessionPtr = boost::intrusive_ptr<EngineSession>;

}  // namespace sio::session
