#include "net/shard.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <sio/log.hpp>

#include "net/acceptor.hpp"
#include "net/connection_link.hpp"
#include "net/flash_policy_connection.hpp"
#include "net/http_connection.hpp"
#include "net/moved_connection.hpp"
#include "net/tls_stream.hpp"

namespace sio::net {

namespace {

constexpr std::chrono::seconds patience_with_guests{1};

/// Gives a socket from elsewhere what accepted ones have: see Acceptor.
void prepare(int socket) {
    ::fcntl(socket, F_SETFL, ::fcntl(socket, F_GETFL) | O_NONBLOCK);
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // fails for a Unix socket, which has no need of it
}

/// Aborts a connection that could not be begun, unless done() says that it has.
class Beginning {
public:
    explicit Beginning(Connection::Ptr connection) noexcept : connection_(std::move(connection)) {}
    ~Beginning() {
        if (connection_) connection_->abort();
    }
    Beginning(const Beginning&) = delete;
    Beginning& operator=(const Beginning&) = delete;

    Connection& operator*() const noexcept { return *connection_; }
    Connection* operator->() const noexcept { return connection_.get(); }
    Connection::Ptr done() noexcept { return std::move(connection_); }

private:
    Connection::Ptr connection_;
};

/// Releases an admission that no connection has taken over.
class Admitted {
public:
    Admitted(Admission& admission, const SocketAddress& peer, bool admitted) noexcept
        : admission_(admitted ? &admission : nullptr), peer_(peer) {}
    ~Admitted() {
        if (admission_ != nullptr) admission_->release(peer_);
    }
    Admitted(const Admitted&) = delete;
    Admitted& operator=(const Admitted&) = delete;

    void taken_over() noexcept { admission_ = nullptr; }

private:
    Admission* admission_;
    SocketAddress peer_;
};

}  // namespace

Shard::Shard(greenlet::Loop& loop, std::shared_ptr<const ShardOptions> options, std::shared_ptr<Admission> admission)
    : loop_(loop),
      options_(std::move(options)),
      admission_(std::move(admission)),
      poller_(loop),
      read_buffer_(new char[read_buffer_size]),
      stop_timer_(
          [](void* self) {
              auto& shard = *static_cast<Shard*>(self);
              for (const auto& connection : shard.snapshot()) connection->cut("the server stops");
              shard.check_stopped();
          },
          this),
      guests_timer_([](void* self) { static_cast<Shard*>(self)->end_stop(); }, this),
      parting_timer_([](void* self) { static_cast<Shard*>(self)->end_parting(); }, this),
      alive_(std::make_shared<Shard*>(this)) {}

Shard::~Shard() {
    *alive_ = nullptr;
    acceptors_.clear();
    // Closed ones too: one that failed holds its protocol until it has reported that, and will not get to it any more.
    std::vector<Connection::Ptr> all;
    for (auto& connection : connections_) all.emplace_back(&connection);
    for (const auto& connection : all) {
        connection->abort();
        connection->protocol_.reset();
    }
    while (dirty_ != nullptr) {
        const Connection::Ptr connection(std::exchange(dirty_, dirty_->next_dirty_), false);
        connection->dirty_ = false;
    }
    for (auto& connection : connections_) {
        if (connection.admitted_) dismiss(connection.peer_);
        connection.admitted_ = false;
        connection.shard_ = nullptr;
    }
    connections_.clear();
}

void Shard::listen(FileDescriptor listening, std::shared_ptr<const TlsContext> tls, Service service) {
    acceptors_.push_back(std::make_unique<Acceptor>(*this, std::move(listening), std::move(tls), service));
}

void Shard::adopt(FileDescriptor socket, std::string_view read_already, const TlsContext* tls) {
    prepare(socket.get());
    const auto peer = SocketAddress::peer_of(socket.get());
    Beginning connection(add(std::move(socket), peer, tls, read_already, false));
    connection->start(ProtocolPtr(new HttpConnection(*connection)));
    connection.done();
}

std::unique_ptr<ByteLink> Shard::adopt_link(FileDescriptor socket, std::string_view read_already) {
    prepare(socket.get());
    const auto peer = SocketAddress::peer_of(socket.get());
    Beginning connection(add(std::move(socket), peer, nullptr, read_already, false));
    auto link = std::make_unique<ConnectionLink>(&*connection);
    connection.done();
    return link;
}

void Shard::take_over(MovedConnection&& moved) {
    Beginning connection(add(std::move(moved.socket)));
    const boost::intrusive_ptr<HttpConnection> http(new HttpConnection(*connection));
    connection->start(http);
    http->resume(std::move(moved));
    connection.done();
}

void Shard::accepted(FileDescriptor socket, const SocketAddress& peer, const TlsContext* tls, Service service) {
    if (!admission_->admit(peer)) {
        counters_.refused.add();
        if (log_enabled(LogLevel::debug))
            log(LogLevel::debug, "net", "too many connections: " + peer.text() + " is refused");
        if (tls == nullptr && service == Service::http) {
            static constexpr std::string_view answer =
                "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 5\r\nConnection: close\r\n\r\n";
            static_cast<void>(::send(socket.get(), answer.data(), answer.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
            ::shutdown(socket.get(), SHUT_WR);
        }
        return;
    }
    Beginning connection(add(std::move(socket), peer, tls, {}, true));
    if (service == Service::flash_policy) {
        connection->start(ProtocolPtr(new FlashPolicyConnection(*connection)));
    } else {
        connection->start(ProtocolPtr(new HttpConnection(*connection)));
    }
    connection.done();
}

Connection::Ptr Shard::add(FileDescriptor socket, const SocketAddress& peer, const TlsContext* tls,
                           std::string_view read_already, bool admitted) {
    Admitted admission(*admission_, peer, admitted);
    auto stream = tls != nullptr ? std::make_unique<TlsStream>(*tls, pool_) : nullptr;
    auto connection = add(new Connection(*this, std::move(socket), peer, std::move(stream), read_already), admitted);
    admission.taken_over();
    counters_.accepted.add();
    return connection;
}

Connection::Ptr Shard::add(MovedSocket&& moved) {
    Admitted admission(*admission_, moved.peer, moved.admitted);
    if (moved.tls) moved.tls->enter_pool(pool_, moved.cipher);
    Beginning connection(
        add(new Connection(*this, std::move(moved.socket), moved.peer, std::move(moved.tls), moved.unread),
            moved.admitted));
    admission.taken_over();
    if (!moved.unsent.empty()) connection->write(moved.unsent);
    return connection.done();
}

Connection::Ptr Shard::add(Connection* made, bool admitted) noexcept {
    Connection::Ptr connection(made);
    connection->admitted_ = admitted;
    connections_.push_back(*connection);
    intrusive_ptr_add_ref(connection.get());
    counters_.active.add();
    return connection;
}

void Shard::forget(Connection& connection) {
    counters_.active.subtract();
    check_stopped();
    intrusive_ptr_release(&connection);
}

std::span<char> Shard::plain_buffer() {
    if (!plain_buffer_) plain_buffer_.reset(new char[plain_buffer_size]);
    return {plain_buffer_.get(), plain_buffer_size};
}

std::span<char> Shard::record_buffer() {
    if (!record_buffer_) record_buffer_.reset(new char[record_size]);
    return {record_buffer_.get(), record_size};
}

std::size_t Shard::buffer_bytes() const noexcept {
    return pool_.kept_bytes() + read_buffer_size + (plain_buffer_ ? plain_buffer_size : 0) +
           (record_buffer_ ? record_size : 0) + scratch_.capacity();
}

void Shard::mark_dirty(Connection& connection) {
    connection.dirty_ = true;
    intrusive_ptr_add_ref(&connection);
    connection.next_dirty_ = dirty_;
    if (std::exchange(dirty_, &connection) != nullptr) return;
    loop_.defer([alive = alive_] {
        if (*alive != nullptr) (*alive)->flush_dirty();
    });
}

void Shard::flush_dirty() {
    auto* next = std::exchange(dirty_, nullptr);
    while (next != nullptr) {
        const Connection::Ptr connection(next, false);
        next = std::exchange(connection->next_dirty_, nullptr);
        connection->end_turn();
    }
}

std::vector<Connection::Ptr> Shard::snapshot() {
    std::vector<Connection::Ptr> all;
    for (auto& connection : connections_) {
        if (connection.state_ != Connection::State::closed) all.emplace_back(&connection);
    }
    return all;
}

void Shard::begin_stop() {
    stopping_ = true;
    acceptors_.clear();
}

void Shard::stop(std::chrono::milliseconds grace, std::function<void()> done) {
    begin_stop();
    stopped_ = std::move(done);
    stop_timer_.arm(loop_.timers(), grace);
    for (const auto& connection : snapshot()) connection->stop();
    check_stopped();
}

void Shard::part(std::chrono::milliseconds patience) {
    if (patience.count() > 0) parting_timer_.arm(loop_.timers(), patience);
}

void Shard::end_parting() {
    parting_timer_.cancel();
    for (const auto& connection : snapshot()) connection->stop();
}

void Shard::check_stopped() {
    if (!stopping_ || !stopped_ || counters_.active.get() != 0) return;
    if (guests_ == 0 || !stop_timer_.armed()) return end_stop();
    if (!guests_timer_.armed()) guests_timer_.arm(loop_.timers(), patience_with_guests);
}

void Shard::guest_leaves() {
    --guests_;
    check_stopped();
}

void Shard::end_stop() {
    stop_timer_.cancel();
    guests_timer_.cancel();
    loop_.post([done = std::exchange(stopped_, nullptr)] { done(); });
}

}  // namespace sio::net
