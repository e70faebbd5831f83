#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <sio/broadcast_operator.hpp>
#include <sio/event_table.hpp>
#include <sio/packet.hpp>
#include <sio/socket_options.hpp>

#include "dispatch/adapter.hpp"
#include "dispatch/json_check.hpp"
#include "dispatch/json_hooks.hpp"
#include "greenlet/loop.hpp"
#include "session/counters.hpp"
#include "util/keyed_set.hpp"

namespace sio {
class Socket;
}

namespace sio::dispatch {

class Registry;
class SocketImpl;

/// What the sockets of one server on one shard share: loop, rooms, options, and reused storage.
///
///     auto hub = std::make_shared<dispatch::Hub>(loop, std::make_unique<adapter::MemoryAdapter>(), options.socket);
///     auto socket = dispatch::SocketImpl::open(hub, channel, std::move(environ));
///     ...
///     hub->close();   // before the loop is destroyed
///
/// Threads: post() and close() any, everything else the shard's.
class Hub final : public detail::BroadcastScope, public std::enable_shared_from_this<Hub> {
public:
    Hub(greenlet::Loop& loop, std::unique_ptr<Adapter> adapter, SocketOptions options,
        std::shared_ptr<session::Counters> counters = std::make_shared<session::Counters>());
    ~Hub() override;

    greenlet::Loop& loop() const noexcept { return *loop_; }
    Adapter& adapter() noexcept { return *adapter_; }
    const SocketOptions& options() const noexcept { return options_; }
    session::Counters& counters() const noexcept { return *counters_; }
    /// Whether this thread is the shard's.
    bool is_current() const noexcept { return greenlet::Loop::current() == loop_; }

    /// Runs `job` on the shard, on a later turn. False once closed: the job is then destroyed.
    bool post(greenlet::Loop::Job job);
    /// Nothing is posted to the loop from now on.
    void close();

    /// The open socket of that session id, or null.
    std::shared_ptr<Socket> find(std::string_view sessid) const;
    std::size_t socket_count() const noexcept { return sockets_.size(); }
    /// Those that are open now.
    std::vector<std::shared_ptr<Socket>> sockets() const;

    // BroadcastScope: this shard's sockets, and what the adapter connects them with.
    void emit(const Target& target, std::string_view event, std::string_view text,
              std::vector<Binary>& attachments) override;
    std::vector<std::string> sockets(const Target& target) override;
    void join(const Target& target, const std::vector<std::string>& rooms) override;
    void leave(const Target& target, const std::vector<std::string>& rooms) override;
    void disconnect(const Target& target, bool close) override;

    // For Connection and SocketImpl.

    void enter(SocketImpl& socket);
    void leave(SocketImpl& socket) noexcept;
    /// A packet with storage that has been used before.
    std::unique_ptr<Packet> take_packet();
    void give_back(std::unique_ptr<Packet> packet) noexcept;
    /// A broadcast as the json_dumps of some sessions writes it.
    DumpedBroadcast& dumped_broadcast() noexcept { return dumped_broadcast_; }
    /// Bytes of events that wait for handlers, of all sockets.
    void add_event_bytes(std::size_t bytes) noexcept { event_bytes_ += bytes; }
    void remove_event_bytes(std::size_t bytes) noexcept { event_bytes_ -= bytes; }
    /// How many of them one socket may have now.
    std::size_t event_bytes_limit() const noexcept;
    ArgumentCheck& argument_check() noexcept { return check_; }
    /// Throws std::logic_error on another thread: a socket belongs to its shard.
    void require_current() const;

private:
    struct SessidOf {
        std::string_view operator()(const SocketImpl& socket) const;
    };

    greenlet::Loop* const loop_;
    std::unique_ptr<Adapter> adapter_;
    SocketOptions options_;
    std::shared_ptr<session::Counters> counters_;
    util::KeyedSet<SocketImpl*, SessidOf> sockets_;
    std::vector<std::unique_ptr<Packet>> free_packets_;
    ArgumentCheck check_;
    DumpedBroadcast dumped_broadcast_;
    std::size_t event_bytes_ = 0;

    std::mutex open_mutex_;
    bool open_ = true;
};

/// Throws std::invalid_argument for a name that Socket.IO keeps for itself.
void require_event_name(std::string_view event);

}  // namespace sio::dispatch
