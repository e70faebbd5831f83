#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <sio/log.hpp>

#include "net/connection.hpp"
#include "net/connection_batch.hpp"
#include "net/shard.hpp"
#include "net/tls_stream.hpp"

namespace sio::net {

namespace {

/// What is read from one connection before the others get their turn, if its TurnBudget allows as much.
constexpr std::size_t max_turn_bytes = 1024 * 1024;
/// However little may be kept, a system call asks for so many bytes.
constexpr std::size_t least_read = 512;

}  // namespace

void Connection::on_events(std::uint32_t events) {
    const Ptr self(this);
    if (writable_wait_ && (events & (EPOLLOUT | EPOLLHUP | EPOLLERR))) {
        batch([this] { writable_wait_ = false; });
    }
    if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) readable_ = true;
    if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) hung_up_ = true;
    if (readable_ && !delivery_scheduled_ && wants_input()) {
        batch([this] { on_readable(); });
    }
}

bool Connection::wants_input() const noexcept {
    if (input_ended_ || state_ == State::closed) return false;
    if (state_ != State::open || handshaking_) return true;
    return receiver_ != nullptr && !paused_ && (read_limit_ == 0 || kept_.size() < read_limit_);
}

/// Reads what there may be, on a later turn.
void Connection::read() {
    if (readable_ && !in_batch_ && wants_input()) schedule_delivery();
}

void Connection::resume_reading() {
    paused_ = false;
    if (end_due_ || !kept_.empty()) schedule_delivery();
    read();
}

void Connection::on_readable() {
    auto& budget = shard_->budget();
    for (std::size_t total = 0; readable_ && wants_input() && (total == 0 || !budget.spent());) {
        const auto size = receive();
        input(shard_->read_buffer().data(), size);
        total += size;
        if (total >= max_turn_bytes) break;
    }
    if (input_ended_) {
        end_of_input();
    } else if (failure_ && state_ != State::closed) {
        cut(std::string(*failure_));
    }
}

/// Reads into the shard's buffer; returns how much. When that does not fill it there is no more: the next bytes will be
/// an event of their own.
std::size_t Connection::receive() {
    const auto room = shard_->read_buffer();
    auto asked = room.size();
    // No more than can be decrypted at once: what is left over would have to be kept.
    if (tls_) asked = std::min(asked, shard_->plain_buffer().size());
    if (read_limit_ != 0 && state_ == State::open) asked = std::min(asked, std::max(read_limit_, least_read));
    const auto got = ::recv(socket_.get(), room.data(), asked, MSG_DONTWAIT);
    if (got > 0) {
        const auto size = static_cast<std::size_t>(got);
        readable_ = hung_up_ || size == asked;
        return size;
    }
    if (got < 0 && errno == EINTR) return 0;
    readable_ = false;
    if (got == 0) {
        input_ended_ = true;
    } else if (errno != EAGAIN && errno != EWOULDBLOCK) {
        // Reported when the bytes that came before it have been delivered.
        failure_ = std::make_unique<std::string>(std::generic_category().message(errno));
    }
    return 0;
}

void Connection::input(char* data, std::size_t size) {
    shard_->counters().bytes_in.add(size);
    if (size == 0) return;
    if (state_ != State::open) return discard(size);
    if (tls_) {
        decrypt(data, size);
    } else {
        deliver(data, size);
    }
}

/// What comes after the end means nothing, but is read for a while: see begin_linger().
void Connection::discard(std::size_t size) {
    if (size > read_limit_) return finish();
    read_limit_ -= size;
}

void Connection::decrypt(char* data, std::size_t size) {
    tls_->feed({data, size});
    const auto room = shard_->plain_buffer();
    TlsStream::ReadResult result;
    do {
        // Records may be as small as a byte: they are delivered together.
        std::size_t filled = 0;
        do {
            result = tls_->read(room.subspan(filled));
            filled += result.size;
        } while (result.size != 0 && filled < room.size());
        if (handshaking_ && tls_->handshake_done()) {
            handshaking_ = false;
            timer_.cancel();
            if (const ProtocolPtr protocol = protocol_) protocol->on_handshake();
        }
        if (filled != 0) deliver(room.data(), filled);
        if (state_ != State::open) return;
    } while (result.size != 0);
    switch (result.status) {
        case TlsStream::Status::more: break;
        case TlsStream::Status::closed: input_ended_ = true; break;
        case TlsStream::Status::failed:
            shard_->counters().tls_errors.add();
            if (log_enabled(LogLevel::debug)) log(LogLevel::debug, "net", peer_.text() + ": TLS: " + result.error);
            transmit();  // the alert
            cut("TLS: " + result.error);
    }
}

void Connection::deliver(char* data, std::size_t size) {
    if (receiver_ == nullptr || paused_ || delivery_scheduled_ || !kept_.empty()) {
        kept_.append(data, size);
        if (!delivery_scheduled_) deliver_kept();
        return;
    }
    const ProtocolPtr guard = protocol_;
    auto* const receiver = receiver_;
    const auto consumed = receiver->on_bytes(data, size);
    if (state_ != State::open || consumed >= size) return;
    kept_.append(data + consumed, size - consumed);
    if (receiver_ != receiver) schedule_delivery();
}

void Connection::deliver_kept() {
    if (receiver_ == nullptr || paused_ || kept_.empty()) return;
    const ProtocolPtr guard = protocol_;
    auto* const receiver = receiver_;
    // Taken out while the receiver works on it: the receiver may abort this connection.
    auto batch = std::exchange(kept_, {});
    const auto consumed = receiver->on_bytes(batch.data(), batch.size());
    if (state_ != State::open) return;
    batch.consume(consumed);
    kept_ = std::move(batch);
    if (receiver_ != receiver && !kept_.empty()) schedule_delivery();
}

void Connection::end_of_input() {
    switch (state_) {
        case State::open:
            if (protocol_) {
                const ProtocolPtr guard = protocol_;
                guard->on_half_close();
            } else {
                end_due_ = true;
                const bool all_delivered = kept_.empty() || !(paused_ || delivery_scheduled_);
                if (all_delivered) report_end();
            }
            break;
        case State::closing: break;  // finishes when the queue has been sent
        case State::lingering: finish(); break;
        case State::closed: break;
    }
}

void Connection::redeliver() {
    if (!kept_.empty()) schedule_delivery();
    read();
}

void Connection::schedule_delivery() {
    if (delivery_scheduled_ || shard_ == nullptr) return;
    delivery_scheduled_ = true;
    // Not in the next round of this turn: a connection that has always more would never let the sockets be looked at.
    shard_->loop().defer([self = Ptr(this)] { self->run_scheduled(); });
}

void Connection::run_scheduled() {
    delivery_scheduled_ = false;
    batch([this] {
        if (state_ == State::open) deliver_kept();
        if (end_due_ && !delivery_scheduled_ && (state_ == State::closed || kept_.empty() || !paused_)) report_end();
        if (readable_ && !delivery_scheduled_ && wants_input()) on_readable();
    });
}

}  // namespace sio::net
