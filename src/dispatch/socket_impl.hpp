#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sio/environ.hpp>
#include <sio/event.hpp>
#include <sio/manage.hpp>
#include <sio/socket.hpp>

#include "dispatch/connection.hpp"
#include "dispatch/generation_rules.hpp"
#include "dispatch/hub.hpp"
#include "session/broadcast.hpp"
#include "session/channel.hpp"
#include "util/timer_wheel.hpp"

namespace sio::dispatch {

/// The Socket.IO half of one connection: takes the packets of a Channel to the namespaces.
///
/// What a server does with it, on the shard's thread:
///
///     auto socket = SocketImpl::open(hub, channel, std::move(environ));   // channel.handler = socket
///     app(socket->environ());                     // in a greenlet, once; it calls socketio_manage()
///     if (!socket->bound()) channel.close(...);   // the app had no use for it
///
/// A server without an app calls `socket->bind(namespaces, {})` instead. Whoever holds the channel holds the socket, as
/// its ChannelHandler, until on_close(). Packets that arrive before it is bound wait (and reading pauses).
class SocketImpl final : public Socket, public session::ChannelHandler {
    struct Private {};

public:
    static std::shared_ptr<SocketImpl> open(std::shared_ptr<Hub> hub, session::Channel& channel, Environ environ);
    SocketImpl(Private, std::shared_ptr<Hub> hub, session::Channel& channel, Environ environ);
    ~SocketImpl() override;

    /// Binds the namespaces. Throws Error(errc::not_attached) when that has been done already.
    void bind(const Namespaces& namespaces, ManageOptions options);
    bool bound() const noexcept { return registry_ != nullptr; }
    /// Called once, when bind() has bound them; null: nobody is. The callback may end the socket.
    void on_bound(std::function<void()> callback) noexcept { on_bound_ = std::move(callback); }

    // session::ChannelHandler
    bool on_packet(const wire::PacketView& packet) override;
    void on_close(session::CloseReason reason) override;

    // ---- for Connection, Socket and manage.cpp

    /// Null once the channel has closed.
    session::Channel* channel() const noexcept { return channel_; }
    const std::shared_ptr<Hub>& hub() const noexcept { return hub_; }
    Generation generation() const noexcept { return generation_; }
    const GenerationRules& rules() const noexcept { return rules_; }
    const ManageOptions& manage_options() const noexcept { return options_; }
    Connection* find(std::string_view nsp) const noexcept;
    const std::vector<std::shared_ptr<Connection>>& connections() const noexcept { return connections_; }
    /// The connection has ended.
    void forget(const Connection& connection) noexcept;
    void note_connected() noexcept;
    void handle_error(const ErrorReport& report);
    void close(session::CloseReason reason);

    // What Socket's functions work on.
    std::string sessid_;
    SocketSession session_;
    Environ environ_;
    State state_ = State::new_;
    std::uint64_t hits_ = 0;
    std::optional<session::CloseReason> close_reason_;
    Event closed_;

private:
    bool route(const wire::PacketView& packet);
    bool connect(const wire::PacketView& packet);
    void refuse(std::string_view nsp, std::string_view message);
    void begin();
    void stray();
    bool has_left(std::string_view nsp) const noexcept;

    std::shared_ptr<Hub> hub_;
    session::Channel* channel_;
    const Generation generation_;
    const GenerationRules rules_;
    std::shared_ptr<Registry> registry_;
    ManageOptions options_;
    std::function<void()> on_bound_;
    util::Timer connect_timer_;
    std::vector<std::shared_ptr<Connection>> connections_;
    // Namespaces that ended on this side lately: what the client had sent by then may still arrive.
    std::vector<std::string> left_;
    // Before it is bound.
    std::vector<std::unique_ptr<session::Broadcast>> early_;
    bool early_done_ = false;
    bool paused_ = false;
};

inline SocketImpl& impl(Socket& socket) noexcept { return static_cast<SocketImpl&>(socket); }
inline const SocketImpl& impl(const Socket& socket) noexcept { return static_cast<const SocketImpl&>(socket); }

/// How socketio_manage() finds the socket that an Environ belongs to: SocketImpl::open() puts one there.
struct SocketBinding {
    std::weak_ptr<SocketImpl> socket;
};

}  // namespace sio::dispatch
