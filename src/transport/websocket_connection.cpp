#include "transport/websocket_connection.hpp"

#include "greenlet/loop.hpp"

namespace sio::transport {

namespace {

/// Pongs are left out while more than this waits for a peer that pings but does not read.
constexpr std::size_t pong_limit = 64 * 1024;

}  // namespace

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
    link_->set_receiver(this);
}

void WebSocketConnection::send(wire::WsOpcode opcode, std::string_view payload, std::string_view prefix) {
    if (state_ != State::open && state_ != State::peer_closed) return;
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
    link_->resume_reading();
}

void WebSocketConnection::close(std::uint16_t code, std::string_view reason) {
    listener_ = nullptr;
    if (state_ == State::peer_closed) return answer_close();
    if (state_ != State::open) return;
    std::string frame;
    wire::append_ws_close(frame, code, reason);
    link_->write(frame);
    state_ = State::closing;
    self_ = this;
    if (paused_) resume_reading();  // the peer's close frame may stand behind what was held back
    arm_close_timer();
}

void WebSocketConnection::arm_close_timer() {
    close_timer_.arm(
        loop_.timers(), options_->close_timeout, [](void* self) { static_cast<WebSocketConnection*>(self)->abort(); },
        this);
}

void WebSocketConnection::answer_close() {
    const WebSocketConnectionPtr keep(this);
    std::string frame;
    wire::append_ws_close(frame, peer_code_);
    link_->write(frame);
    link_->close();
    end(peer_code_, {});
}

void WebSocketConnection::abort() {
    const WebSocketConnectionPtr keep(this);
    if (state_ != State::ended) link_->abort();
    end(wire::ws_close::abnormal, {});
}

void WebSocketConnection::end(std::uint16_t code, std::string_view reason) {
    if (state_ == State::ended) return;
    state_ = State::ended;
    close_timer_.cancel();
    const auto keep = std::exchange(self_, nullptr);
    if (auto* listener = std::exchange(listener_, nullptr)) listener->on_end(code, reason);
}

std::size_t WebSocketConnection::on_bytes(char* data, std::size_t size) {
    const WebSocketConnectionPtr keep(this);
    return parser_.feed(data, size, *this);
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
    if (message.compressed) return on_compressed(message);
    if (listener_) listener_->on_message(message);
    return state_ == State::closing || reads_on();
}

bool WebSocketConnection::on_ping(std::string_view payload) {
    if (link_->queued_bytes() < pong_limit) send(wire::WsOpcode::pong, payload);
    return true;
}

bool WebSocketConnection::on_pong(std::string_view) { return true; }

void WebSocketConnection::on_close(std::uint16_t code, std::string_view reason) {
    if (state_ == State::open) {
        peer_code_ = code;
        if (!options_->answer_close_later) {
            auto* const listener = std::exchange(listener_, nullptr);
            answer_close();
            if (listener) listener->on_end(code, reason);
            return;
        }
        state_ = State::peer_closed;
        self_ = this;
        arm_close_timer();
        if (auto* const listener = std::exchange(listener_, nullptr)) listener->on_end(code, reason);
        return;
    }
    link_->close();
    end(code, reason);
}

void WebSocketConnection::on_error(wire::WsError error) {
    const std::uint16_t code = wire::close_code(error);
    if (state_ == State::open) {
        std::string frame;
        wire::append_ws_close(frame, code, wire::error_text(error));
        link_->write(frame);
    }
    link_->close();
    end(code, wire::error_text(error));
}

}  // namespace sio::transport
