#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "net/connection.hpp"
#include "net/connection_batch.hpp"
#include "net/shard.hpp"
#include "net/tls_stream.hpp"

namespace sio::net {

namespace {

/// Pieces of one system call.
constexpr std::size_t max_pieces = 64;
/// Encrypted bytes that wait for the socket above which no more are encrypted.
constexpr std::size_t max_cipher_ahead = 64 * 1024;
constexpr int send_flags = MSG_NOSIGNAL | MSG_DONTWAIT;

::ssize_t send_front(int socket, const OutQueue& queue) noexcept {
    if (queue.single()) {
        const auto bytes = queue.front();
        return ::send(socket, bytes.data(), bytes.size(), send_flags);
    }
    std::array<::iovec, max_pieces> pieces;
    ::msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = queue.gather(pieces.data(), pieces.size());
    return ::sendmsg(socket, &message, send_flags);
}

}  // namespace

void Connection::write(std::string_view bytes) {
    if (state_ != State::open) return;
    out_.append(shard_->pool(), bytes);
    written();
}

void Connection::write(const std::shared_ptr<const std::string>& bytes) {
    if (state_ != State::open) return;
    out_.append(shard_->pool(), bytes);
    written();
}

std::size_t Connection::queued_bytes() const noexcept { return out_.bytes() + (tls_ ? tls_->cipher().bytes() : 0); }

void Connection::written() {
    if (!in_batch_ && !dirty_ && !writable_wait_) shard_->mark_dirty(*this);
}

void Connection::flush() {
    if (state_ != State::closed && !writable_wait_) transmit();
    // A failure is reported later: this is called by the receiver.
    if (end_due_ && state_ == State::closed) schedule_delivery();
}

void Connection::send_queue() {
    while (state_ != State::closed && !writable_wait_) {
        const bool all_sent = transmit();
        if (state_ == State::closed) return report_end();
        if (!all_sent) return;
        if (!blocked_) {
            if (state_ == State::closing) begin_linger();
            return;
        }
        blocked_ = false;
        if (state_ == State::open) timer_.cancel();
        if (receiver_ != nullptr) {
            const ProtocolPtr guard = protocol_;
            in_batch_ = true;  // what it writes is sent by the next round
            receiver_->on_drained();
            in_batch_ = false;
        }
    }
}

/// Sends until the queue is empty (true), the socket takes no more, or the connection has failed (both false).
bool Connection::transmit() {
    for (;;) {
        if (tls_) encrypt();
        auto& queue = tls_ ? tls_->cipher() : out_;
        if (queue.empty()) return out_.empty();
        const auto sent = send_front(socket_.get(), queue);
        if (sent >= 0) {
            const auto size = static_cast<std::size_t>(sent);
            queue.consume(shard_->pool(), size);
            sent_ += size;
            shard_->counters().bytes_out.add(size);
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            wait_writable();
            return false;
        } else if (errno != EINTR) {
            fail(std::generic_category().message(errno));
            return false;
        }
    }
}

void Connection::encrypt() {
    if (handshaking_) return;
    const auto room = shard_->record_buffer();
    while (!out_.empty() && tls_->cipher().bytes() < max_cipher_ahead) {
        // Small pieces are gathered, since each call makes a record of its own; a large one is encrypted in place.
        auto bytes = out_.front();
        if (bytes.size() < room.size() && bytes.size() < out_.bytes()) {
            bytes = {room.data(), out_.peek(room.data(), room.size())};
        }
        bytes = bytes.substr(0, room.size());
        if (!tls_->write(bytes)) return out_.clear(shard_->pool());
        out_.consume(shard_->pool(), bytes.size());
    }
    if (out_.empty() && state_ == State::closing) tls_->close();
}

bool Connection::watches_sending() const noexcept { return watch_sending_ && shard_->limits().min_rate != 0; }

void Connection::wait_writable() {
    writable_wait_ = true;
    blocked_ = true;
    if (state_ == State::open && watches_sending() && !timer_.armed()) {
        peer_advances(shard_->limits().send_period);
        arm_timer(shard_->limits().send_period);
    }
    if (watches_writing_) return;
    watches_writing_ = true;
    shard_->poller().watch_writing(socket_.get(), *this);
}

void Connection::end_turn() {
    dirty_ = false;
    batch([] {});
}

}  // namespace sio::net
