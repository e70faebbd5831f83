#include "server/socket_io.hpp"

#include <utility>

#include "dispatch/socket_impl.hpp"
#include "session/engine_channel.hpp"

namespace sio::server {

namespace {

/// Parts a socket from the channel that it was opened with, when the app has returned, or was killed, without binding it.
struct Unbound {
    dispatch::SocketImpl& socket;
    std::unique_ptr<session::EngineChannel>& channel;

    ~Unbound() {
        socket.on_bound(nullptr);
        if (channel) channel->on_close(session::CloseReason::forced_close);
    }
};

}  // namespace

Response begin_socket_io(const App& app, const std::shared_ptr<dispatch::Hub>& hub,
                         const std::shared_ptr<transport::Handshake>& handshake, Environ environ) {
    auto channel = session::make_engine_channel(handshake->session());
    const auto socket = dispatch::SocketImpl::open(hub, *channel, std::move(environ));
    channel->set_handler(socket);

    const Unbound unless_bound{*socket, channel};
    socket->on_bound([&] {
        if (!handshake->accept(std::move(channel))) socket->on_close(session::CloseReason::transport_close);
    });
    return socket->run(app);
}

Response begin_socket_io(const App& app, const std::shared_ptr<dispatch::Hub>& hub,
                         const std::shared_ptr<transport::V09Handshake>& handshake, Environ environ) {
    session::V09Session& session = handshake->session();
    const auto socket = dispatch::SocketImpl::open(hub, session, std::move(environ));
    session.set_handler(socket);

    // Without effect on a session that has been opened.
    struct UnlessOpened {
        dispatch::SocketImpl& socket;
        session::V09Session& session;
        ~UnlessOpened() {
            socket.on_bound(nullptr);
            session.abandon(session::CloseReason::forced_close);
        }
    } const unless_opened{*socket, session};
    socket->on_bound([&] {
        if (!handshake->accept()) session.abandon(session::CloseReason::transport_close);
    });
    return socket->run(app);
}

}  // namespace sio::server
