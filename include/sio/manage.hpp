#pragma once

#include <any>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <sio/app.hpp>
#include <sio/error_handler.hpp>
#include <sio/headers.hpp>
#include <sio/json_fwd.hpp>
#include <sio/namespaces.hpp>
#include <sio/response.hpp>
#include <sio/socket.hpp>

namespace sio {

struct ManageOptions {
    /// Anything that the namespaces of this session are to know: BaseNamespace::request<T>().
    std::any request{};
    /// Header fields for the answer that opens the session (`Set-Cookie`, `Strict-Transport-Security`). It leaves when
    /// socketio_manage() binds the session: what the app or middleware adds to its Response later comes too late.
    Headers headers{};
    /// Default: default_error_handler().
    ErrorHandler error_handler{};
    /// Reads the arguments that the client sent, a JSON array, in place of sio's own parser; what it returns must be an
    /// array, and what it throws makes the packet malformed. The text has been checked to be JSON. Costs the speed of typed
    /// parameters: use it for dialects only.
    std::function<Json(std::string_view text)> json_loads{};
    /// Writes the arguments that this session's client is sent, likewise: whoever sends them, in broadcasts, too. Sessions with
    /// the same options (those of one route()) share what it has written. One that throws in a broadcast is logged, and its
    /// clients miss that event; otherwise the sender gets what it throws. It may be called outside of greenlets: it must not block.
    std::function<std::string(const Json& arguments)> json_dumps{};
};

/// A session whose namespaces have been bound; what an app returns for it.
class ManagedSocket {
public:
    explicit ManagedSocket(std::shared_ptr<Socket> socket) noexcept : socket_(std::move(socket)) {}

    Socket& socket() const noexcept { return *socket_; }
    /// Blocks the greenlet until the connection has ended: gevent-socketio's blocking form, for what must run afterwards.
    /// Costs a stack for as long.
    ManagedSocket& join() {
        socket_->join();
        return *this;
    }
    /// What apps return; the server has no use for its content.
    operator Response() const { return Response(200); }

private:
    std::shared_ptr<Socket> socket_;
};

/// Serves the session that `environ` opens with `namespaces`. Called by an app, which sio's server runs once for each
/// session, for the request that opens it. Returns at once: an idle session costs no stack.
///
/// The registry and what it refers to must outlive the session.
/// Throws Error(errc::not_attached) when `environ` is no Socket.IO session's (a page asked for by a browser), or when its
/// session has been bound already.
ManagedSocket socketio_manage(Environ& environ, const Namespaces& namespaces, ManageOptions options = {});

/// The ready-made app: socketio_manage() for every session, 404 for any other request. gevent-socketio: sdjango's `urls`.
App route(Namespaces namespaces, ManageOptions options = {});

}  // namespace sio
