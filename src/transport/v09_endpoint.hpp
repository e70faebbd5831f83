#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <sio/engine_options.hpp>
#include <sio/environ.hpp>
#include <sio/exchange.hpp>

#include "session/v09_session.hpp"
#include "transport/v09_request.hpp"
#include "transport/websocket_connection.hpp"

namespace sio::transport {

/// A session of a 0.9 client that waits to be taken up: the handshake request is unanswered until somebody accepts it.
class V09Handshake {
public:
    V09Handshake(session::V09SessionPtr session, ExchangePtr exchange, std::optional<std::uint32_t> jsonp);
    ~V09Handshake();

    session::V09Session& session() const noexcept { return *session_; }

    /// Answers the client with the session's id, and opens it. False when the client has gone in the meantime, or the
    /// server stops.
    bool accept();
    /// Adds header fields to the answer, whatever it turns out to be.
    void add_headers(Headers fields);
    /// Answers the request with `response` instead; where the client asked for JSONP, with a script that says that it was
    /// refused. Ignored once accepted.
    void refuse(Response response);

private:
    session::V09SessionPtr session_;
    ExchangePtr exchange_;
    std::optional<std::uint32_t> jsonp_;
    // Of its own: the exchange may report after this object has gone.
    std::shared_ptr<bool> abandoned_ = std::make_shared<bool>(false);
};

/// One path on which Socket.IO 0.7 to 0.9 is spoken, on one shard: finds the session that a request belongs to, or begins
/// one.
class V09Endpoint {
public:
    /// Called in a greenlet for each new session: it accepts the handshake, or returns without having done so and gives
    /// the answer for the client. It may do anything that blocks before and after it accepts.
    using Begin = std::function<Response(std::shared_ptr<V09Handshake>, Environ)>;

    /// `resource`: `/socket.io`; it and `options` outlive the endpoint.
    V09Endpoint(greenlet::Loop& loop, const std::string& resource, const EngineOptions& options, Begin begin,
                session::ShardPlace place = {});

    /// A request for which is_v09_target() holds. Called outside of greenlets.
    void handle(ExchangePtr exchange);

    /// No new sessions, and an end for those that are open.
    void shut_down();
    session::V09Host& host() noexcept { return host_; }

private:
    struct Post;

    bool allows(V09Transport transport) const noexcept;
    void handle_session(const V09Request& request, ExchangePtr exchange);
    void websocket(session::V09Session* session, const V09Request& request, ExchangePtr exchange);
    void get(session::V09Session* session, const V09Request& request, ExchangePtr exchange);
    void post(session::V09Session& session, const V09Request& request, ExchangePtr exchange);
    void take_post(const session::V09SessionPtr& session, const std::shared_ptr<Post>& post);
    void disconnect(const V09Request& request, ExchangePtr exchange);
    void handshake(const V09Request& request, ExchangePtr exchange);
    void begin(std::optional<std::uint32_t> jsonp, ExchangePtr exchange, session::SessionSlot slot);

    const std::string& resource_;
    const EngineOptions& options_;
    session::V09Host host_;
    WebSocketConnection::OptionsPtr websocket_options_;
    Begin begin_;
};

}  // namespace sio::transport
