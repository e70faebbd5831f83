#include "net/connection.hpp"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cassert>
#include <utility>

#include <sio/log.hpp>

#include "net/byte_rate.hpp"
#include "net/connection_batch.hpp"
#include "net/moved_connection.hpp"
#include "net/shard.hpp"
#include "net/tls_stream.hpp"

namespace sio::net {

namespace {

/// How often a shard that stops asks whether a peer has all that was sent to it.
constexpr std::chrono::milliseconds acknowledgement_period{10};

}  // namespace

Connection::Connection(Shard& shard, FileDescriptor socket, const SocketAddress& peer, std::unique_ptr<TlsStream> tls,
                       std::string_view read_already)
    : shard_(&shard),
      socket_(std::move(socket)),
      tls_(std::move(tls)),
      peer_(peer),
      handshaking_(tls_ != nullptr && !tls_->handshake_done()) {
    kept_.append(read_already.data(), read_already.size());
    shard.poller().add(socket_.get(), *this);
}

Connection::~Connection() {
    assert(state_ == State::closed);
    if (admitted_ && shard_ != nullptr) shard_->dismiss(peer_);
}

void Connection::start(ProtocolPtr protocol) {
    protocol_ = std::move(protocol);
    receiver_ = protocol_.get();
    if (handshaking_) {
        arm_timer(shard_->limits().head_timeout);
        // What was read already is TLS records: they are decrypted before anything is delivered.
        batch([&] {
            auto records = std::exchange(kept_, {});
            if (!records.empty()) input(records.data(), records.size());
            if (input_ended_) end_of_input();
        });
    } else if (!kept_.empty()) {
        schedule_delivery();
    }
    read();
}

void Connection::release_protocol() {
    watch_sending_ = false;
    read_limit_ = 0;
    paused_ = false;
    receiver_ = nullptr;
    if (state_ == State::open && !handshaking_) timer_.cancel();
    // Nobody has been told of an end that came while the protocol was still there, the next receiver will be.
    if (input_ended_) end_due_ = true;
    protocol_.reset();
}

MovedSocket Connection::release() {
    MovedSocket moved;
    moved.peer = peer_;
    moved.admitted = admitted_;
    admitted_ = false;
    moved.unread.assign(kept_.data(), kept_.size());
    moved.unsent = out_.take_all(shard_->pool());
    if (tls_) moved.cipher = tls_->leave_pool();
    moved.tls = std::move(tls_);
    shard_->poller().remove(socket_.get(), *this);
    moved.socket = std::move(socket_);
    end_due_ = false;
    finish();
    return moved;
}

void Connection::set_receiver(ByteReceiver* receiver) {
    receiver_ = receiver;
    if (receiver == nullptr) return;
    if (end_due_ || !kept_.empty()) schedule_delivery();
    read();
}

void Connection::close() {
    if (state_ != State::open) return;
    state_ = State::closing;
    receiver_ = nullptr;
    end_due_ = false;
    kept_.clear();
    read_limit_ = shard_->limits().max_discarded_bytes;
    // What waits for a handshake that will not go on never leaves.
    if (handshaking_) out_.clear(shard_->pool());
    taken_at_last_check_ = sent_;
    arm_timer(shard_->limits().close_timeout);
    written();
    read();
}

void Connection::abort() {
    receiver_ = nullptr;
    end_due_ = false;
    finish();
}

void Connection::reset() {
    receiver_ = nullptr;
    end_due_ = false;
    finish(true);
}

void Connection::cut(std::string_view reason) {
    fail(reason);
    report_end();
}

void Connection::fail(std::string_view reason) {
    if (state_ == State::closed) return;
    end_due_ = state_ == State::open;
    failure_ = std::make_unique<std::string>(reason);
    finish();
}

void Connection::break_off(const std::exception_ptr& error) noexcept {
    try {
        const auto text = util::exception_text(error);
        log(LogLevel::error, "net", "a connection is cut: " + text);
        cut(text);
    } catch (...) {
        abort();
    }
}

/// Tells the receiver of the end, if there is a receiver and an end that it has not been told of.
void Connection::report_end() {
    if (!end_due_ || receiver_ == nullptr) return;
    end_due_ = false;
    const ProtocolPtr guard = std::move(protocol_);
    auto* receiver = std::exchange(receiver_, nullptr);
    // The link is over, but what the receiver wrote before is still sent.
    close();
    receiver->on_end(failure_ ? std::string_view(*failure_) : std::string_view());
}

void Connection::finish(bool with_reset) {
    if (state_ == State::closed) return;
    const Ptr self(this);
    state_ = State::closed;
    timer_.cancel();
    if (socket_) {
        const ::linger reset{.l_onoff = 1, .l_linger = 0};
        if (with_reset) ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        shard_->poller().remove(socket_.get(), *this);
        socket_.reset();
    }
    out_.clear(shard_->pool());
    tls_.reset();
    kept_.clear();
    if (!end_due_) {
        receiver_ = nullptr;
        protocol_.reset();
    }
    shard_->forget(*this);
}

void Connection::begin_linger() {
    // Closing now would make the kernel answer bytes that are still on their way with a reset, and that would destroy
    // what the peer has not read yet. So: end our side, and wait until the peer ends its own.
    state_ = State::lingering;
    if (shard_->stopping() && unacknowledged_bytes() == 0) return finish();
    ::shutdown(socket_.get(), SHUT_WR);
    if (input_ended_) return finish();
    arm_timer(shard_->limits().close_timeout);
    if (shard_->stopping()) linger();
    read();
}

/// A shard that stops does not wait for peers that have everything: clients that keep idle connections in a pool may not look
/// at them for hours. That they have everything is no event, it is looked at again and again; the end of the stop is the limit.
void Connection::linger() {
    if (unacknowledged_bytes() == 0) return finish();
    arm_timer(acknowledgement_period);
}

void Connection::stop() {
    if (state_ == State::lingering) {
        linger();
    } else if (const ProtocolPtr protocol = protocol_) {
        protocol->stop();
    }
}

void Connection::arm_timer(std::chrono::milliseconds delay) {
    timer_.arm(shard_->loop().timers(), delay, [](void* self) { static_cast<Connection*>(self)->on_timer(); }, this);
}

void Connection::on_timer() {
    batch([this] { check_progress(); });
}

/// The time is up for what the connection is doing, unless the peer has come far enough.
void Connection::check_progress() {
    const auto& limits = shard_->limits();
    switch (state_) {
        case State::open:
            if (handshaking_) {
                shard_->counters().timeouts.add();
                cut("the TLS handshake took too long");
            } else if (blocked_ && watches_sending()) {
                if (peer_advances(limits.send_period)) {
                    arm_timer(limits.send_period);
                    break;
                }
                shard_->counters().timeouts.add();
                if (log_enabled(LogLevel::debug))
                    log(LogLevel::debug, "net", peer_.text() + " does not read its answer");
                cut("the peer does not read");
            }
            break;
        case State::closing:
            if (peer_advances(limits.close_timeout)) {
                arm_timer(limits.close_timeout);
            } else {
                shard_->counters().timeouts.add();
                finish();
            }
            break;
        case State::lingering: shard_->stopping() ? linger() : finish(); break;
        case State::closed: break;
    }
}

/// Bytes that were sent but that the kernel still holds, since the peer's has not acknowledged them.
std::uint64_t Connection::unacknowledged_bytes() noexcept {
    int bytes = 0;
    if (::ioctl(socket_.get(), SIOCOUTQ, &bytes) != 0) return 0;
    return static_cast<std::uint64_t>(bytes);
}

/// Whether the peer has taken enough since the last look. What the kernel holds for it does not count as taken: buffers
/// of the kernel move in large steps, and a peer that reads slowly but steadily is not to be cut off between two.
bool Connection::peer_advances(std::chrono::milliseconds period) {
    const auto taken = sent_ - std::min(sent_, unacknowledged_bytes());
    const auto advanced = taken - std::min(taken, taken_at_last_check_);
    taken_at_last_check_ = taken;
    return advanced >= std::max<std::uint64_t>(bytes_within(period, shard_->limits().min_rate), 1);
}

}  // namespace sio::net
