#include "session/v09_session.hpp"

#include <utility>

#include <sio/log.hpp>

#include "greenlet/loop.hpp"
#include "session/heartbeat_fsm.hpp"
#include "session/scratch.hpp"
#include "wire/v09_codec.hpp"
#include "wire/ws_frame.hpp"

namespace sio::session {

using wire::PacketError;
using wire::PacketView;
using wire::v09::FrameType;

namespace {

void encode_v09_text(const PacketView& packet, std::string& out) { wire::v09::encode(packet, out); }

void encode_v09_frame(const PacketView& packet, std::string& out) {
    std::string& text = scratch();
    encode_v09_text(packet, text);
    wire::append_ws_frame(out, wire::WsOpcode::text, text);
}

/// Whether the client is told to go, and not to come back. For every other reason it is to try again, which it does when its
/// connection ends without such a packet.
bool is_farewell(CloseReason reason) {
    return reason == CloseReason::forced_close || reason == CloseReason::server_namespace_disconnect ||
           reason == CloseReason::client_namespace_disconnect;
}

void note_malformed(std::string_view what) {
    if (!log_enabled(LogLevel::debug)) return;
    log(LogLevel::debug, "session", "a malformed packet of a 0.9 client is ignored: " + std::string(what));
}

}  // namespace

V09Session::V09Session(V09Host& host, std::string sid, SessionSlot slot)
    : host_(host),
      slot_(std::move(slot)),
      sid_(std::move(sid)),
      heartbeat_(new_heartbeat()),
      heartbeat_timer_([](void* self) { static_cast<V09Session*>(self)->on_heartbeat_timer(); }, this),
      absence_timer_([](void* self) { static_cast<V09Session*>(self)->on_absence_timer(); }, this) {}

V09Session::~V09Session() = default;

void V09Session::open() {
    state_ = State::handshaken;
    host_.sessions.insert(V09SessionPtr(this));
    counters().opened.add();
    absence_timer_.arm(host_.loop.timers(), host_.options.v09.close_timeout);
}

void V09Session::abandon(CloseReason reason) {
    if (state_ != State::opening) return;
    state_ = State::closed;
    if (const auto handler = std::exchange(handler_, nullptr)) handler->on_close(reason);
}

bool V09Session::attach(const TransportPtr& transport) {
    if (state_ != State::handshaken && state_ != State::open && state_ != State::closing) return false;
    const V09SessionPtr keep(this);
    if (const TransportPtr before = std::exchange(transport_, transport)) before->leave();
    transport_name_ = transport->name();
    slot_.set_carried(true);
    absence_timer_.cancel();
    heartbeat_timer_.cancel();
    if (pauses_ != 0) transport->pause_reading();
    if (transport->direct()) {
        backlog_.refill(*transport, host_.queue);
        if (state_ == State::closing) {
            finish(host_.shutting_down ? CloseReason::server_shutting_down : CloseReason::transport_close);
            return true;
        }
        heartbeat_ = new_heartbeat();
        if (pauses_ != 0) heartbeat_.go_deaf();
        arm_heartbeat();
        if (queued_bytes() != 0) transport->flush();
        tell_if_drained();
    } else if (state_ == State::closing && host_.shutting_down) {
        finish(CloseReason::server_shutting_down);
        return true;
    } else if (!outbox().empty()) {
        transport->fetch();
    }
    if (state_ != State::handshaken) return true;
    state_ = State::open;
    PacketView connect;
    connect.type = wire::PacketType::connect;
    if (handler_) handler_->on_packet(connect);
    return true;
}

// ---- sending

Backlog::Way V09Session::next_way() {
    if (!is_open()) return Backlog::Way::nowhere;
    const auto way = backlog_.next_way(transport_.get(), host_.queue, counters());
    if (way == Backlog::Way::nowhere) finish(CloseReason::slow_consumer);
    return way;
}

void V09Session::put(Backlog::Way way, std::string_view packet, Loss loss) {
    if (way == Backlog::Way::nowhere) return;
    counters().packets_out.add();
    if (way == Backlog::Way::transport) {
        heartbeat_.on_said(host_.loop.now());
        transport_->send(false, packet);
    } else {
        outbox().push(false, packet, loss);
        if (transport_ && !transport_->direct()) transport_->fetch();
    }
}

void V09Session::send_text(std::string_view packet, Loss loss) { put(next_way(), packet, loss); }

bool V09Session::ready() const noexcept {
    return transport_ && transport_->ready() && !(transport_->direct() && !backlog_.outbox().empty());
}

bool V09Session::send(const PacketView& packet, SendFlags flags) {
    if (flags.volatile_ && !ready()) {
        backlog_.count_volatile(counters());
        return false;
    }
    note_disconnect(packet);
    const auto way = next_way();
    if (way == Backlog::Way::nowhere) return true;
    counters().messages_out.add();
    std::string& text = scratch();
    encode_v09_text(packet, text);
    put(way, text, loss_of(packet));
    return true;
}

void V09Session::send(const Broadcast& packet, SendFlags flags) {
    if (flags.volatile_ && !ready()) return backlog_.count_volatile(counters());
    note_disconnect(packet.packet());
    const auto way = next_way();
    if (way == Backlog::Way::nowhere) return;
    counters().messages_out.add();
    if (way == Backlog::Way::transport && transport_->takes_frames() == Frames::plain) {
        heartbeat_.on_said(host_.loop.now());
        counters().packets_out.add();
        transport_->send_frames(packet.encoded(generation(), Broadcast::Form::frames, encode_v09_frame));
    } else {
        put(way, *packet.encoded(generation(), Broadcast::Form::text, encode_v09_text), loss_of(packet.packet()));
    }
}

void V09Session::note_disconnect(const PacketView& packet) noexcept {
    if (packet.type == wire::PacketType::disconnect && packet.nsp == "/") disconnect_said_ = true;
}

void V09Session::flush() {
    if (is_open() && transport_) transport_->flush();
}

void V09Session::tell_if_drained() {
    if (is_open() && handler_ && queued_bytes() <= host_.queue.low_water()) handler_->on_drained();
}

// ---- receiving

void V09Session::on_packet(std::string_view text) {
    if (!is_open()) return;
    const V09SessionPtr keep(this);
    heard();
    counters().packets_in.add();
    // One for all connections of the thread: it holds nothing but scratch storage.
    thread_local wire::v09::Decoder decoder;
    const auto decoded = decoder.decode(text);
    if (decoded.error != PacketError::none) return note_malformed(wire::error_text(decoded.error));
    if (decoded.type == FrameType::heartbeat || decoded.type == FrameType::noop) return;
    if (decoded.acknowledge) {
        std::string ack;
        wire::v09::append_ack(ack, decoded.packet.nsp, *decoded.acknowledge);
        send_text(ack);
    }
    counters().messages_in.add();
    if (handler_ && !handler_->on_packet(decoded.packet)) note_malformed("arguments that are not JSON");
}

void V09Session::pause_reading() {
    if (++pauses_ != 1) return;
    heartbeat_.go_deaf();
    if (transport_) transport_->pause_reading();
}

void V09Session::resume_reading() {
    if (pauses_ == 0 || --pauses_ != 0) return;
    heartbeat_.hear_again(host_.loop.now());
    if (is_open() && transport_ && transport_->direct()) arm_heartbeat();
    if (transport_) transport_->resume_reading();
    release_reader();
}

void V09Session::when_reading(std::function<void()> then) {
    if (pauses_ == 0 || !is_open()) return then();
    when_reading_ = std::move(then);
}

void V09Session::release_reader() {
    if (const auto then = std::exchange(when_reading_, nullptr)) then();
}

// ---- the end

void V09Session::close(CloseReason reason) {
    if (!is_open()) return;
    if (is_farewell(reason) && !std::exchange(disconnect_said_, true)) send_text(wire::v09::disconnect_packet);
    if (!is_open()) return;
    const bool worth_waiting = (is_farewell(reason) && reason != CloseReason::client_namespace_disconnect) ||
                               reason == CloseReason::server_shutting_down;
    if (transport_ || !worth_waiting) return finish(reason);

    // No poll is waiting: the next one fetches what is queued, the disconnect packet behind it, or is told to begin anew.
    const V09SessionPtr keep(this);
    state_ = State::closing;
    absence_timer_.arm(host_.loop.timers(), host_.options.close_timeout);
    counters().count_close(reason);
    release_reader();
    if (const auto handler = std::exchange(handler_, nullptr)) handler->on_close(reason);
}

void V09Session::finish(CloseReason reason) {
    if (state_ == State::closed) return;
    const V09SessionPtr keep(this);
    const bool observed = is_open();
    state_ = State::closed;
    heartbeat_timer_.cancel();
    absence_timer_.cancel();
    const TransportPtr transport = std::exchange(transport_, nullptr);
    if (transport) {
        const bool reads = reason != CloseReason::slow_consumer && reason != CloseReason::ping_timeout;
        if (transport->direct() && reads) backlog_.empty_into(*transport);
        transport->close(reason);
    }
    release_reader();
    if (const auto handler = std::exchange(handler_, nullptr)) handler->on_close(reason);
    slot_.end();
    if (observed) counters().count_close(reason);
    // Callers up the stack may still be inside this session or its transport.
    host_.loop.post([session = host_.sessions.remove(sid_), transport] {});
}

void V09Session::on_transport_end(Transport& from, CloseReason reason) {
    if (&from == transport_.get()) finish(reason);
}

void V09Session::on_transport_drained(Transport& from) {
    if (&from != transport_.get() || !is_open()) return;
    backlog_.refill(from, host_.queue);
    tell_if_drained();
}

void V09Session::on_poll_done(Transport& from) {
    if (&from != transport_.get()) return;
    const V09SessionPtr keep(this);
    host_.loop.post([transport = std::exchange(transport_, nullptr)] {});
    slot_.set_carried(false);
    if (state_ == State::closing && outbox().empty()) return finish(CloseReason::transport_close);
    if (state_ == State::closed) return;
    absence_timer_.arm(host_.loop.timers(), host_.options.v09.close_timeout);
    tell_if_drained();
}

void V09Session::on_absence_timer() {
    const V09SessionPtr keep(this);
    finish(state_ == State::closing ? CloseReason::transport_close : CloseReason::ping_timeout);
}

// ---- heartbeats, of transports that are direct

V09HeartbeatFsm V09Session::new_heartbeat() const noexcept {
    const V09Options& options = host_.options.v09;
    return {heartbeat_time(options.heartbeat_interval), heartbeat_time(options.heartbeat_timeout), host_.loop.now()};
}

void V09Session::arm_heartbeat() { heartbeat_timer_.arm(host_.loop.timers(), heartbeat_.deadline()); }

void V09Session::heard() {
    if (heartbeat_.on_heard(host_.loop.now()) && transport_ && transport_->direct()) arm_heartbeat();
}

void V09Session::on_heartbeat_timer() {
    const V09SessionPtr keep(this);
    const auto now = host_.loop.now();
    switch (heartbeat_.advance(now)) {
        case V09HeartbeatFsm::Action::send_heartbeat: send_text(wire::v09::heartbeat_packet); break;
        case V09HeartbeatFsm::Action::time_out: return finish(CloseReason::ping_timeout);
        case V09HeartbeatFsm::Action::none: break;
    }
    if (is_open() && transport_ && transport_->direct()) arm_heartbeat();
}

}  // namespace sio::session
