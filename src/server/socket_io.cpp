#include "server/socket_io.hpp"

#include <utility>

#include "dispatch/socket_impl.hpp"
#include "session/engine_channel.hpp"

namespace sio::server {

namespace {

/// Runs the app, then `part`, which takes apart what the app has not bound; also when it is killed.
template <class Part>
Response run_and_part(dispatch::SocketImpl& socket, const App& app, const Part& part) {
    try {
        Response response = socket.run(app);
        part();
        return response;
    } catch (...) {
        part();
        throw;
    }
}

}  // namespace

Response begin_socket_io(const App& app, const std::shared_ptr<dispatch::Hub>& hub,
                         const std::shared_ptr<transport::Handshake>& handshake, Environ environ) {
    auto channel = session::make_engine_channel(handshake->session());
    const auto socket = dispatch::SocketImpl::open(hub, *channel, std::move(environ));
    channel->set_handler(socket);
    socket->on_bound([&] {
        bool accepted = false;
        try {
            accepted = handshake->accept(std::move(channel));
        } catch (...) {
            // Killed, perhaps, while the client was greeted. The channel has gone.
            socket->on_close(session::CloseReason::transport_close);
            throw;
        }
        if (!accepted) socket->on_close(session::CloseReason::transport_close);
    });
    return run_and_part(*socket, app, [&] {
        socket->on_bound(nullptr);
        if (channel) channel->on_close(session::CloseReason::forced_close);
    });
}

Response begin_socket_io(const App& app, const std::shared_ptr<dispatch::Hub>& hub,
                         const std::shared_ptr<transport::V09Handshake>& handshake, Environ environ) {
    session::V09Session& session = handshake->session();
    const auto socket = dispatch::SocketImpl::open(hub, session, std::move(environ));
    session.set_handler(socket);
    socket->on_bound([&] {
        if (!handshake->accept()) session.abandon(session::CloseReason::transport_close);
    });
    return run_and_part(*socket, app, [&] {
        socket->on_bound(nullptr);
        session.abandon(session::CloseReason::forced_close);  // without effect on one that has been opened
    });
}

}  // namespace sio::server
