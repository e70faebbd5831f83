#include "server/socket_io.hpp"

#include <atomic>
#include <utility>

#include <sio/log.hpp>

#include "dispatch/socket_impl.hpp"
#include "session/engine_channel.hpp"

namespace sio::server {

namespace {

/// What is easily overlooked is said once: a client learns nothing but 404, and headers vanish without a word.
void note_oversight(const dispatch::SocketImpl& socket, const Response& response) {
    static std::atomic<bool> unrouted{false};
    static std::atomic<bool> headers{false};
    if (!socket.bound() && response.status == 404 && !unrouted.exchange(true)) {
        log(LogLevel::warning, "server",
            "the app answers 404 to Socket.IO sessions: route ServerOptions::resource to socketio_manage()");
    } else if (socket.bound() && response.headers.contains("Set-Cookie") && !headers.exchange(true)) {
        log(LogLevel::warning, "server",
            "a cookie was set after socketio_manage() had answered, and is lost: use ManageOptions::headers");
    }
}

/// Runs the app, then `part`, which takes apart what the app has not bound; also when it is killed.
template <class Part>
Response run_and_part(dispatch::SocketImpl& socket, const App& app, const Part& part) {
    try {
        Response response = socket.run(app);
        note_oversight(socket, response);
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
        handshake->add_headers(socket->manage_options().headers);
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
        handshake->add_headers(socket->manage_options().headers);
        if (!handshake->accept()) session.abandon(session::CloseReason::transport_close);
    });
    return run_and_part(*socket, app, [&] {
        socket->on_bound(nullptr);
        session.abandon(session::CloseReason::forced_close);  // without effect on one that has been opened
    });
}

}  // namespace sio::server
