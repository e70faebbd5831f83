#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sio/app.hpp>
#include <sio/detail/runnable.hpp>
#include <sio/environ.hpp>
#include <sio/event.hpp>
#include <sio/manage.hpp>
#include <sio/socket.hpp>

#include "dispatch/connection.hpp"
#include "dispatch/generation_rules.hpp"
#include "dispatch/hub.hpp"
#include "http/kept_environ.hpp"
#include "session/backlog.hpp"
#include "session/broadcast.hpp"
#include "session/channel.hpp"
#include "session/session_quota.hpp"
#include "util/timer_wheel.hpp"

namespace sio::dispatch {

/// The Socket.IO half of one connection: takes the packets of a Channel to the namespaces.
///
/// What a server does with it, on the shard's thread:
///
///     auto socket = SocketImpl::open(hub, channel, std::move(environ));   // channel.handler = socket
///     socket->run(app);                           // in a greenlet, once; the app calls socketio_manage()
///     if (!socket->bound()) channel.close(...);   // the app had no use for it
///
/// A server without an app calls `socket->bind(namespaces)` instead. Whoever holds the channel holds the socket, as
/// its ChannelHandler, until on_close(). Packets that arrive before it is bound wait (and reading pauses).
class SocketImpl final : public Socket, public session::ChannelHandler {
    struct Private {};

public:
    static std::shared_ptr<SocketImpl> open(std::shared_ptr<Hub> hub, session::Channel& channel, Environ environ);
    SocketImpl(Private, std::shared_ptr<Hub> hub, session::Channel& channel, Environ environ);
    ~SocketImpl() override;

    /// Binds the namespaces. Throws Error(errc::not_attached) when that has been done already. `options`: many sessions may
    /// share them; null: the defaults.
    void bind(const Namespaces& namespaces, std::shared_ptr<const ManageOptions> options = nullptr);
    bool bound() const noexcept { return registry_ != nullptr; }
    /// Called once, when bind() has bound them; null: nobody is. The callback may end the socket.
    void on_bound(std::function<void()> callback) noexcept;
    /// Runs the app for the request that opened the session. Returns its answer.
    Response run(const App& app);

    // session::ChannelHandler
    bool on_packet(const wire::PacketView& packet) override;
    void on_close(session::CloseReason reason) override;
    void on_drained() override;

    /// Blocks the greenlet until at most QueueRules::low_water() bytes wait for the client: true. False when the
    /// connection ended, or `limit` passed, first.
    bool drain(Duration limit);
    /// In a greenlet: blocks while the client is behind, for SlowClients::pause.
    void pace();

    // ---- for Connection, Socket and manage.cpp

    /// Null once the channel has closed.
    session::Channel* channel() const noexcept { return channel_; }
    const std::shared_ptr<Hub>& hub() const noexcept { return hub_; }
    Generation generation() const noexcept { return generation_; }
    const GenerationRules& rules() const noexcept { return rules_; }
    const ManageOptions& manage_options() const noexcept;
    /// Null: the defaults.
    const std::shared_ptr<const ManageOptions>& shared_options() const noexcept { return options_; }
    const std::string& sessid() const noexcept { return *sessid_; }
    /// What it holds is kept as it is from then on, instead of in a fraction of the memory.
    Environ& environ();
    Connection* find(std::string_view nsp) const noexcept;
    const std::vector<std::shared_ptr<Connection>>& connections() const noexcept { return connections_; }
    /// Bytes of events that wait for handlers of whichever namespace: when they are too many, reading pauses.
    void add_event_bytes(std::size_t bytes);
    void remove_event_bytes(std::size_t bytes) noexcept;
    /// A call() waits for an acknowledgement, or does not any more.
    void add_awaited_ack() noexcept;
    void remove_awaited_ack() noexcept;
    /// A connection has ended, and greenlets still run for it; or do not any more.
    void add_outlasting() noexcept { ++outlasting_; }
    void remove_outlasting() noexcept {
        --outlasting_;
        if (close_reason_) count_outlasting();
    }
    /// The connection has ended.
    void forget(const Connection& connection) noexcept;
    void note_connected() noexcept;
    void handle_error(const ErrorReport& report);
    void close(session::CloseReason reason);
    /// Blocks the greenlet until on_close().
    void join();

    // What Socket's functions work on.
    SocketSession session_;
    std::uint64_t hits_ = 0;
    State state_ = State::new_;
    std::optional<session::CloseReason> close_reason_;

private:
    /// What is needed only until the client is in a namespace.
    struct Opening {
        std::function<void()> on_bound;
        util::RareTimer connect_timer;
        std::vector<std::unique_ptr<session::Broadcast>> early;  // packets from before it was bound
        std::size_t early_bytes = 0;
    };
    /// Reading goes on, on a later turn: what is read then runs handlers, and who says so may be a destructor.
    struct Resume final : detail::Runnable {
        std::shared_ptr<SocketImpl> socket;  // while queued
        void run_ready() noexcept override;
    };
    /// What few sockets ever need.
    struct Rare {
        std::string sessid;  // once the channel has closed
        Event closed;
        Event drained;
        Resume resume;
        std::vector<std::string> left;  // see has_left()
    };

    bool route(const wire::PacketView& packet);
    void judge_reading() noexcept;
    void resume_reading() noexcept;
    bool route_or_close(const wire::PacketView& packet);
    bool connect(const wire::PacketView& packet);
    void refuse(std::string_view nsp, std::string_view message);
    void begin();
    void stray();
    void count_outlasting() noexcept;
    /// Whether that namespace ended on this side lately: what the client had sent by then may still arrive.
    bool has_left(std::string_view nsp) const noexcept;
    Rare& rare();

    session::Channel* channel_;
    session::SessionSlot slot_;  // kept until nothing goes on any more
    const std::string* sessid_;
    std::shared_ptr<Hub> hub_;
    std::shared_ptr<Registry> registry_;
    std::vector<std::shared_ptr<Connection>> connections_;
    std::shared_ptr<const ManageOptions> options_;  // null: the defaults
    std::unique_ptr<Opening> opening_;
    std::unique_ptr<Rare> rare_;
    http::KeptEnviron environ_;
    const Generation generation_;
    const GenerationRules rules_;
    std::size_t event_bytes_ = 0;
    std::uint32_t awaited_acks_ = 0;
    std::uint32_t outlasting_ = 0;
    bool paused_ = false;
    bool environ_wanted_ = false;
    bool early_done_ = false;
};

inline SocketImpl& impl(Socket& socket) noexcept { return static_cast<SocketImpl&>(socket); }
inline const SocketImpl& impl(const Socket& socket) noexcept { return static_cast<const SocketImpl&>(socket); }

/// How socketio_manage() finds the socket that an Environ belongs to: SocketImpl::open() puts one there.
struct SocketBinding {
    std::weak_ptr<SocketImpl> socket;
};

}  // namespace sio::dispatch
