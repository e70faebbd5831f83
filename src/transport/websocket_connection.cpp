#include "transport/websocket_connection.hpp"

#include "greenlet/loop.hpp"
#include "session/heartbeat_fsm.hpp"

namespace sio::transport {

namespace {

/// Pongs are left out while more than this waits for a peer that pings but does not read.
constexpr std::size_t pong_limit = 64 * 1024;

}  // namespace

/// Pings, while the connection is open.
struct WebSocketConnection::Heartbeat {
    Heartbeat(const Options& options, WebSocketConnection& of)
        : fsm(session::HeartbeatFsm::Pinger::server, session::heartbeat_time(options.ping_interval),
              session::heartbeat_time(options.ping_timeout), of.loop_.now()),
          timer([](void* self) { static_cast<WebSocketConnection*>(self)->on_heartbeat(); }, &of) {}

    session::HeartbeatFsm fsm;
    util::Timer timer;
    std::size_t queued_at_ping = 0;
};

WebSocketConnection::WebSocketConnection(greenlet::Loop& loop, std::unique_ptr<ByteLink> link, OptionsPtr options,
                                         std::unique_ptr<WebSocketDeflate> deflate)
    : loop_(loop),
      options_(std::move(options)),
      link_(std::move(link)),
      deflate_(std::move(deflate)),
      parser_(deflate_ ? deflate_->parser() : options_->parser) {}

WebSocketConnection::~WebSocketConnection() = default;

void WebSocketConnection::start(WebSocketListener* listener) {
    listener_ = listener;
    if (options_->ping_interval.count() > 0) {
        heartbeat_ = std::make_unique<Heartbeat>(*options_, *this);
        heartbeat_->timer.arm(loop_.timers(), heartbeat_->fsm.deadline());
    }
    link_->set_receiver(this);
}

void WebSocketConnection::send(wire::WsOpcode opcode, std::string_view payload, std::string_view prefix) {
    if (!takes_messages()) return;
    const bool data = opcode == wire::WsOpcode::text || opcode == wire::WsOpcode::binary;
    if (deflate_ && data && deflate_->wants(payload.size())) {
        std::string whole;
        if (!prefix.empty()) {
            whole.reserve(prefix.size() + payload.size());
            whole = prefix;
            whole += payload;
            payload = whole;
        }
        std::string frame;
        deflate_->append_frame(frame, opcode, payload);
        return link_->write(frame);
    }
    std::string header;  // fits the string's own buffer
    wire::append_ws_header(header, opcode, prefix.size() + payload.size());
    header += prefix;
    link_->write(header);
    link_->write(payload);
}

void WebSocketConnection::send_frames(const std::shared_ptr<const std::string>& frames) {
    if (state_ == State::open) link_->write(frames);
}

void WebSocketConnection::pause_reading() {
    paused_ = true;
    link_->pause_reading();
}

void WebSocketConnection::resume_reading() {
    paused_ = false;
    if (heartbeat_) heartbeat_->fsm.excuse(loop_.now());
    resume_link();
}

void WebSocketConnection::resume_link() {
    if (!paused_ && !turn_over_ && state_ != State::peer_done) link_->resume_reading();
}

void WebSocketConnection::close(std::uint16_t code, std::string_view reason) {
    listener_ = nullptr;
    if (state_ == State::peer_done) return answer_close();
    if (state_ != State::open) return;
    std::string frame;
    wire::append_ws_close(frame, code, reason);
    link_->write(frame);
    state_ = State::closing;
    if (!close_within_timeout()) {
        link_->close();
        return end(code, {});
    }
    if (paused_) resume_reading();  // the peer's close frame may stand behind what was held back
}

/// False when the loop ends: then there is no time left to wait for the peer.
bool WebSocketConnection::close_within_timeout() {
    close_job_ = loop_.post_after(util::clamped(options_->close_timeout), [self = WebSocketConnectionPtr(this)] {
        self->close_job_ = nullptr;
        self->abort();
    });
    return close_job_ != nullptr;
}

void WebSocketConnection::answer_close() {
    const WebSocketConnectionPtr keep(this);
    std::string frame;
    wire::append_ws_close(frame, answer_code_, answer_);
    link_->write(frame);
    link_->close();
    end(answer_code_, {});
}

void WebSocketConnection::abort() {
    const WebSocketConnectionPtr keep(this);
    if (state_ != State::ended) link_->abort();
    end(wire::ws_close::abnormal, {});
}

void WebSocketConnection::end(std::uint16_t code, std::string_view reason) {
    if (state_ == State::ended) return;
    state_ = State::ended;
    const WebSocketConnectionPtr keep(this);
    if (close_job_) loop_.cancel(*std::exchange(close_job_, nullptr));
    if (auto* listener = std::exchange(listener_, nullptr)) listener->on_end(code, reason);
}

std::size_t WebSocketConnection::on_bytes(char* data, std::size_t size) {
    const WebSocketConnectionPtr keep(this);
    budget_.begin();
    if (heartbeat_) heartbeat_->fsm.on_pong(loop_.now());  // whatever it says, it is there
    return parser_.feed(data, size, *this);
}

/// Whether the next frame is taken in now.
bool WebSocketConnection::reads_on() {
    if (paused_ || state_ == State::peer_done || state_ == State::ended) return false;
    if (!budget_.spent()) return true;
    turn_over_ = true;
    link_->pause_reading();
    loop_.post([self = WebSocketConnectionPtr(this)] {
        self->turn_over_ = false;
        if (self->state_ != State::ended) self->resume_link();
    });
    return false;
}

void WebSocketConnection::on_heartbeat() {
    if (state_ != State::open) return;
    const WebSocketConnectionPtr keep(this);
    const auto now = loop_.now();
    const std::size_t queued = link_->queued_bytes();
    // Its pong may stand behind what is not read from it, or the ping behind what it is still taking.
    if (paused_ || queued < heartbeat_->queued_at_ping) heartbeat_->fsm.excuse(now);
    heartbeat_->queued_at_ping = queued;
    switch (heartbeat_->fsm.advance(now)) {
        case session::HeartbeatFsm::Action::send_sign: send(wire::WsOpcode::ping, {}); break;
        case session::HeartbeatFsm::Action::time_out:
            link_->abort();
            return end(wire::ws_close::abnormal, "ping timeout");
        case session::HeartbeatFsm::Action::none: break;
    }
    heartbeat_->timer.arm(loop_.timers(), heartbeat_->fsm.deadline());
}

void WebSocketConnection::on_end(std::string_view reason) {
    const WebSocketConnectionPtr keep(this);
    end(wire::ws_close::abnormal, reason);
}

void WebSocketConnection::on_drained() {
    if (listener_) listener_->on_drained();
}

bool WebSocketConnection::on_compressed(const wire::WsMessage& message) {
    std::string whole;
    if (const auto error = deflate_->inflate(message, whole); error != wire::WsError::none) {
        on_error(error);
        return false;
    }
    return on_message({message.binary, false, whole.data(), whole.size()});
}

bool WebSocketConnection::on_message(const wire::WsMessage& message) {
    if (!listener_) return reads_on();
    if (message.compressed) return on_compressed(message);
    listener_->on_message(message);
    return reads_on();
}

bool WebSocketConnection::on_ping(std::string_view payload) {
    if (link_->queued_bytes() < pong_limit) send(wire::WsOpcode::pong, payload);
    return reads_on();
}

bool WebSocketConnection::on_pong(std::string_view) { return reads_on(); }

void WebSocketConnection::on_close(std::uint16_t code, std::string_view reason) {
    if (state_ == State::open) return end_input(code, reason, {});
    link_->close();
    end(code, reason);
}

void WebSocketConnection::on_error(wire::WsError error) {
    const std::uint16_t code = wire::close_code(error);
    if (state_ == State::open) return end_input(code, wire::error_text(error), wire::error_text(error));
    link_->close();
    end(code, wire::error_text(error));
}

/// Nothing more is read. The peer is owed a close frame with `answer`, which lives as long as the program.
void WebSocketConnection::end_input(std::uint16_t code, std::string_view reason, std::string_view answer) {
    answer_code_ = code;
    answer_ = answer;
    if (options_->answer_close_later && listener_) {
        state_ = State::peer_done;
        // Neither is the end of the link looked for: a peer may say its last words, a close frame and FIN at once.
        link_->pause_reading();
        if (close_within_timeout()) return listener_->on_peer_done(code, reason);
    }
    auto* const listener = std::exchange(listener_, nullptr);
    answer_close();
    if (listener) listener->on_end(code, reason);
}

}  // namespace sio::transport
