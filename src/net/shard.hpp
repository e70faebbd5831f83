#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/intrusive/list.hpp>

#include <sio/byte_link.hpp>
#include <sio/exchange.hpp>
#include <sio/http_limits.hpp>
#include <sio/http_request.hpp>

#include "greenlet/loop.hpp"
#include "net/admission.hpp"
#include "net/connection.hpp"
#include "net/counters.hpp"
#include "net/file_descriptor.hpp"
#include "net/http_date.hpp"
#include "net/out_queue.hpp"
#include "net/poller.hpp"
#include "net/turn_budget.hpp"
#include "util/timer_wheel.hpp"

namespace sio::net {

class Acceptor;
class TlsContext;
struct MovedConnection;
struct MovedSocket;

/// Takes each request, on the shard's thread and outside any greenlet. It answers at once or keeps the exchange. An
/// exception out of it is logged; the exchange that it was given is then gone, and the connection with it.
using RequestHandler = std::function<void(ExchangePtr)>;

/// How many bytes of body the request with this head may have. Called before the body arrives.
using BodyLimit = std::function<std::size_t(const HttpRequest& head)>;

/// What the connections of all shards of a server have in common.
struct ShardOptions {
    HttpLimits limits;
    RequestHandler handler;
    /// Null: HttpLimits::max_body_bytes for every request.
    BodyLimit body_limit;
    /// What Flash is answered that asks for a policy where an HTTP request could begin. Empty: it is refused, like anything
    /// that is not HTTP.
    std::string flash_policy;
};

/// What the connections of a listening socket speak.
enum class Service : std::uint8_t { http, flash_policy };

/// The connections of one loop, the sockets that accept them, and what they share: buffers, blocks, the date, counters.
///
/// Threads: everything on the loop's thread, or before the loop runs; counters() may be read from any.
/// Lifetime: the loop outlives the shard. Links and exchanges may outlive it: they are then dead.
class Shard {
public:
    Shard(greenlet::Loop& loop, std::shared_ptr<const ShardOptions> options, std::shared_ptr<Admission> admission);
    /// Cuts every connection that is left.
    ~Shard();
    Shard(const Shard&) = delete;
    Shard& operator=(const Shard&) = delete;

    /// Accepts connections from a listening, non-blocking socket; TLS ones when `tls` is given.
    void listen(FileDescriptor listening, std::shared_ptr<const TlsContext> tls = nullptr,
                Service service = Service::http);
    /// Serves HTTP on a connected socket from elsewhere, `read_already` being what was read from it. Not counted against
    /// the limits on connections: whoever accepted it has counted it.
    void adopt(FileDescriptor socket, std::string_view read_already = {}, const TlsContext* tls = nullptr);
    /// The same for a socket whose protocol is the caller's affair.
    std::unique_ptr<ByteLink> adopt_link(FileDescriptor socket, std::string_view read_already = {});

    /// Goes on with a connection that another shard of the server has released; its request goes to this one's handler.
    void take_over(MovedConnection&& moved);

    /// Stops accepting; answers say `Connection: close` from now on. For those who have last answers to give before stop().
    void begin_stop();
    /// begin_stop(), then closes idle connections, lets answers that are under way end, and cuts what is left after `grace`. `done` is called on a later turn, when no connection is left.
    /// Upgraded connections are their owners' to close; those that are still there after `grace` are cut too.
    void stop(std::chrono::milliseconds grace, std::function<void()> done);
    bool stopping() const noexcept { return stopping_; }
    /// After begin_stop(): idle connections stay open until end_parting(), `patience` at the most, and so do those that are
    /// answered. For clients between two requests that the next one is to tell something.
    void part(std::chrono::milliseconds patience);
    void end_parting();
    /// Stopping, and no connection has any other request to wait for.
    bool closing() const noexcept { return stopping_ && !parting_timer_.armed(); }

    /// A connection that belongs to another HTTP server, and on which something of ours is under way: stop() waits for it too,
    /// though not for long. That server may have ended before.
    void guest_comes() noexcept { ++guests_; }
    void guest_leaves();

    const Counters& counters() const noexcept { return counters_; }
    /// Of what the connections share and keep for the next burst.
    std::size_t buffer_bytes() const noexcept;

    // For the connections.

    greenlet::Loop& loop() noexcept { return loop_; }
    const HttpLimits& limits() const noexcept { return options_->limits; }
    const ShardOptions& options() const noexcept { return *options_; }
    Counters& counters() noexcept { return counters_; }
    Poller& poller() noexcept { return poller_; }
    OutQueue::Pool& pool() noexcept { return pool_; }
    HttpDate& date() noexcept { return date_; }
    /// Of the connection whose input is being handled.
    TurnBudget& budget() noexcept { return budget_; }
    /// Large, and anybody's until the current callback returns: what was read just now.
    std::span<char> read_buffer() noexcept { return {read_buffer_.get(), read_buffer_size}; }
    /// The same for what was decrypted from it, and for one TLS record to be.
    std::span<char> plain_buffer();
    std::span<char> record_buffer();
    /// For putting something together that is written at once.
    std::string& scratch() noexcept { return scratch_; }
    /// Has the connection's queue sent at the end of this turn, with those of all others that were written to.
    void mark_dirty(Connection& connection);
    /// The connection has closed. It counts against the limits on connections until nobody holds it any more: a handler that
    /// goes on for a client that has left is that client's doing.
    void forget(Connection& connection);
    void dismiss(const SocketAddress& peer) noexcept { admission_->release(peer); }

private:
    friend class Acceptor;
    static constexpr std::size_t read_buffer_size = 256 * 1024;
    static constexpr std::size_t plain_buffer_size = 64 * 1024;
    /// The most that one TLS record carries.
    static constexpr std::size_t record_size = 16 * 1024;

    void accepted(FileDescriptor socket, const SocketAddress& peer, const TlsContext* tls, Service service);
    // An admission is the connection's from then on; when these throw, it is released.
    Connection::Ptr add(FileDescriptor socket, const SocketAddress& peer, const TlsContext* tls,
                        std::string_view read_already, bool admitted);
    Connection::Ptr add(MovedSocket&& moved);
    Connection::Ptr add(Connection* made, bool admitted) noexcept;
    std::vector<Connection::Ptr> snapshot();
    void flush_dirty();
    void check_stopped();
    void end_stop();

    greenlet::Loop& loop_;
    std::shared_ptr<const ShardOptions> options_;
    std::shared_ptr<Admission> admission_;
    Counters counters_;
    Poller poller_;
    OutQueue::Pool pool_;
    HttpDate date_;
    TurnBudget budget_;
    std::string scratch_;
    std::unique_ptr<char[]> read_buffer_;
    std::unique_ptr<char[]> plain_buffer_;
    std::unique_ptr<char[]> record_buffer_;
    /// Open ones, and closed ones that somebody still holds.
    boost::intrusive::list<Connection, boost::intrusive::constant_time_size<false>> connections_;
    Connection* dirty_ = nullptr;
    std::vector<std::unique_ptr<Acceptor>> acceptors_;
    util::Timer stop_timer_;
    util::Timer guests_timer_;
    util::Timer parting_timer_;
    std::function<void()> stopped_;
    /// Posted jobs may outlive the shard; they look here first.
    std::shared_ptr<Shard*> alive_;
    std::size_t guests_ = 0;
    bool stopping_ = false;
};

}  // namespace sio::net
