#include "session/engine_session.hpp"

#include "greenlet/loop.hpp"
#include "wire/engine_handshake.hpp"

namespace sio::session {

namespace {

using wire::EnginePacket;
using wire::EngineType;

// Packets that the session itself sends, encoded.
constexpr std::string_view ping_packet = "2";
constexpr std::string_view pong_packet = "3";
constexpr std::string_view probe_pong = "3probe";
constexpr char pong_type = '3';

/// Whether a client is given the chance to get what is queued for it before the session goes. Not one that has
/// shown that it is not there or cannot be talked to.
bool waits_for_peer(CloseReason reason) {
    switch (reason) {
        case CloseReason::ping_timeout:
        case CloseReason::parse_error:
        case CloseReason::slow_consumer:
        case CloseReason::transport_close:
        case CloseReason::transport_error: return false;
        default: return true;
    }
}

}  // namespace

EngineSession::EngineSession(EngineHost& host, std::string sid, Generation generation, SessionSlot slot)
    : host_(host),
      slot_(std::move(slot)),
      sid_(std::move(sid)),
      generation_(generation),
      heartbeat_(new_heartbeat()),
      heartbeat_timer_([](void* self) { static_cast<EngineSession*>(self)->on_heartbeat_timer(); }, this) {}

EngineSession::~EngineSession() = default;

std::string_view EngineSession::transport_name() const noexcept {
    return transport_ ? transport_->name() : std::string_view();
}

void EngineSession::open(TransportPtr transport) {
    transport_ = std::move(transport);
    if (transport_->direct()) {
        upgrade_.start_on_websocket();
        slot_.set_carried(true);
    }
    state_ = State::open;
    host_.sessions.insert(EngineSessionPtr(this));
    counters().opened.add();

    static constexpr std::string_view websocket[] = {"websocket"};
    wire::EngineHandshake handshake;
    handshake.sid = sid_;
    if (!transport_->direct() && host_.upgrades_allowed()) handshake.upgrades = websocket;
    handshake.ping_interval = heartbeat_time(host_.options.ping_interval);
    handshake.ping_timeout = heartbeat_time(host_.options.ping_timeout);
    handshake.max_payload_bytes = host_.options.max_payload_bytes;
    std::string packet = "0";
    wire::append_handshake_json(packet, handshake);
    send(false, packet);

    heartbeat_ = new_heartbeat();
    if (pauses_ != 0) heartbeat_.go_deaf(host_.loop.now());
    arm_heartbeat();
}

void EngineSession::send(bool binary, std::string_view packet, Loss loss) {
    const auto way = next_way();
    if (way != Backlog::Way::nowhere) counters().packets_out.add();
    switch (way) {
        case Backlog::Way::nowhere: return;
        case Backlog::Way::transport: return transport_->send(binary, packet);
        case Backlog::Way::outbox: outbox().push(binary, packet, loss); return fetch();
    }
}

void EngineSession::put(Backlog::Way way, std::string_view text, std::span<const Binary> attachments, Loss loss) {
    counters().packets_out.add(1 + attachments.size());
    if (way == Backlog::Way::transport) {
        transport_->send(false, text);
        for (const Binary& attachment : attachments) transport_->send(true, attachment.bytes());
    } else if (way == Backlog::Way::outbox) {
        outbox().push(false, text, loss);
        for (const Binary& attachment : attachments) outbox().push(true, attachment.bytes(), Loss::with_previous);
        fetch();
    }
}

void EngineSession::fetch() {
    if (!transport_->direct()) transport_->fetch();
}

void EngineSession::flush() {
    if (state_ == State::open) transport_->flush();
}

void EngineSession::pause_reading() {
    if (++pauses_ != 1) return;
    heartbeat_.go_deaf(host_.loop.now());
    if (!transport_) return;
    if (state_ == State::open) arm_heartbeat();
    transport_->pause_reading();
}

void EngineSession::resume_reading() {
    if (pauses_ == 0 || --pauses_ != 0) return;
    heartbeat_.hear_again(host_.loop.now());
    if (state_ == State::open) arm_heartbeat();
    if (transport_) transport_->resume_reading();
}

void EngineSession::close(CloseReason reason) {
    if (state_ != State::open) return;
    const bool told_at_once = transport_->direct() || (transport_->ready() && outbox().empty());
    if (told_at_once || !waits_for_peer(reason)) return finish(reason);

    // One poll fetches what is queued, and the next one the close packet: clients since 4.5 lose what comes together with it.
    const EngineSessionPtr keep(this);
    state_ = State::closing;
    if (pauses_ != 0) transport_->resume_reading();
    transport_->flush();
    heartbeat_timer_.cancel();
    drop_candidate(reason);
    arm_phase_timer(host_.options.close_timeout);
    counters().count_close(reason);
    observer_->on_close(reason);
}

void EngineSession::finish(CloseReason reason) {
    if (state_ == State::closed) return;
    const bool observed = state_ == State::open;
    state_ = State::closed;
    heartbeat_timer_.cancel();
    phase_timer_.cancel();
    drop_candidate(reason);
    if (transport_->direct() && waits_for_peer(reason)) backlog_.empty_into(*transport_);
    transport_->close(reason);
    if (observed) observer_->on_close(reason);
    slot_.end();
    if (observed) counters().count_close(reason);
    // Callers up the stack may still be inside this session, its observer or its transport.
    host_.loop.post([session = host_.sessions.remove(sid_), transport = std::exchange(transport_, nullptr)] {});
}

void EngineSession::on_packet(Transport& from, const EnginePacket& packet) {
    // A client that was told to go may say that it does, instead of polling once more.
    if (state_ == State::closing && packet.type == EngineType::close) return finish(CloseReason::transport_close);
    if (state_ != State::open) return;
    if (&from == candidate_.get()) return on_candidate_packet(packet);
    if (&from != transport_.get()) return;
    counters().packets_in.add();
    if (heartbeat_.counts_packets()) heartbeat_.on_packet(host_.loop.now());
    if (packet.binary) return observer_->on_binary(packet.data);

    switch (packet.type) {
        case EngineType::message: return observer_->on_text(packet.data);
        case EngineType::pong: heartbeat_.on_pong(host_.loop.now()); return arm_heartbeat();
        case EngineType::close: return finish(CloseReason::transport_close);
        case EngineType::upgrade:
        case EngineType::noop: return;  // a client may say so at any time; it means nothing here
        case EngineType::ping:
            if (generation_ == Generation::eio3) return answer_ping(packet.data);
            return close(CloseReason::parse_error);  // the server's to send
        case EngineType::open: return close(CloseReason::parse_error);
    }
}

void EngineSession::answer_ping(std::string_view data) {
    std::string packet(1, pong_type);
    packet += data;
    send(false, packet);
}

void EngineSession::on_transport_end(Transport& from, CloseReason reason) {
    if (&from == candidate_.get()) return act(upgrade_.on_failure());
    if (&from != transport_.get()) return;
    finish(reason);
}

void EngineSession::on_transport_drained(Transport& from) {
    if (&from != transport_.get() || state_ != State::open) return;
    backlog_.refill(*transport_, host_.queue);
    tell_if_drained();
}

void EngineSession::tell_if_drained() {
    if (state_ == State::open && queued_bytes() <= host_.queue.low_water()) observer_->on_drained();
}

void EngineSession::on_fetched() { tell_if_drained(); }

bool EngineSession::on_candidate(TransportPtr candidate) {
    if (state_ != State::open) return false;
    if (upgrade_.on_websocket(host_.upgrades_allowed()) != UpgradeFsm::Action::accept) return false;
    candidate_ = std::move(candidate);
    arm_phase_timer(host_.options.upgrade_timeout);
    return true;
}

void EngineSession::on_candidate_packet(const EnginePacket& packet) {
    if (packet.type == EngineType::ping) return act(upgrade_.on_ping(packet.data));
    if (packet.type == EngineType::upgrade) return act(upgrade_.on_upgrade());
    act(upgrade_.on_failure());
}

void EngineSession::act(UpgradeFsm::Action action) {
    switch (action) {
        case UpgradeFsm::Action::answer_probe: candidate_->send(false, probe_pong); return transport_->fetch();
        case UpgradeFsm::Action::switch_over: return switch_over();
        case UpgradeFsm::Action::drop_candidate:
            phase_timer_.cancel();
            return drop_candidate(CloseReason::transport_close);
        case UpgradeFsm::Action::ignore:
        case UpgradeFsm::Action::accept:
        case UpgradeFsm::Action::refuse: return;
    }
}

void EngineSession::switch_over() {
    phase_timer_.cancel();
    const TransportPtr polling = std::exchange(transport_, std::exchange(candidate_, nullptr));
    counters().upgrades.add();
    polling->leave();
    slot_.set_carried(true);
    backlog_.refill(*transport_, host_.queue);
    if (pauses_ != 0) transport_->pause_reading();
    if (queued_bytes() != 0) transport_->flush();
    tell_if_drained();
}

void EngineSession::drop_candidate(CloseReason reason) {
    if (const TransportPtr candidate = std::exchange(candidate_, nullptr)) candidate->close(reason);
}

void EngineSession::arm_phase_timer(std::chrono::milliseconds delay) {
    phase_timer_.arm(
        host_.loop.timers(), delay, [](void* self) { static_cast<EngineSession*>(self)->on_phase_timer(); }, this);
}

void EngineSession::on_phase_timer() {
    const EngineSessionPtr keep(this);
    if (state_ == State::closing) return finish(CloseReason::transport_close);
    act(upgrade_.on_failure());
}

HeartbeatFsm EngineSession::new_heartbeat() const noexcept {
    const auto pinger = generation_ == Generation::eio3 ? HeartbeatFsm::Pinger::client : HeartbeatFsm::Pinger::server;
    return {pinger, heartbeat_time(host_.options.ping_interval), heartbeat_time(host_.options.ping_timeout),
            host_.loop.now()};
}

void EngineSession::arm_heartbeat() { heartbeat_timer_.arm(host_.loop.timers(), heartbeat_.deadline()); }

void EngineSession::on_heartbeat_timer() {
    const EngineSessionPtr keep(this);
    const auto now = host_.loop.now();
    switch (heartbeat_.advance(now)) {
        case HeartbeatFsm::Action::send_sign:
            send(false, generation_ == Generation::eio3 ? pong_packet : ping_packet);
            break;
        case HeartbeatFsm::Action::time_out: return finish(CloseReason::ping_timeout);
        case HeartbeatFsm::Action::none: break;
    }
    if (state_ == State::open) arm_heartbeat();
}

}  // namespace sio::session
