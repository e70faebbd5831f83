#pragma once

#include <functional>
#include <memory>

#include <sio/engine_options.hpp>
#include <sio/environ.hpp>
#include <sio/exchange.hpp>

#include "session/engine_session.hpp"
#include "transport/engine_request.hpp"
#include "transport/websocket_connection.hpp"

namespace sio::transport {

/// A session that waits to be taken up: the handshake request is unanswered until somebody accepts it.
class Handshake : public std::enable_shared_from_this<Handshake> {
public:
    /// `request` is the exchange's.
    Handshake(session::EngineSessionPtr session, EngineRequest request, ExchangePtr exchange,
              WebSocketConnection::OptionsPtr websocket_options);

    session::EngineSession& session() const noexcept { return *session_; }

    /// Greets the client and opens the session, to which `observer` now belongs. In a greenlet: it may block. False when the client
    /// has gone in the meantime, the server stops, or a WebSocket handshake turned out to be malformed; the observer is
    /// then destroyed without a call, as it is when this throws.
    bool accept(std::unique_ptr<session::EngineObserver> observer);
    bool accepted() const noexcept { return accepted_; }
    /// Adds header fields to the answer, whatever it turns out to be.
    void add_headers(Headers fields);
    /// Answers the request with `response` instead. Ignored once accepted.
    void refuse(Response response);

private:
    session::EngineSessionPtr session_;
    EngineRequest request_;
    ExchangePtr exchange_;
    WebSocketConnection::OptionsPtr websocket_options_;
    bool accepted_ = false;
    bool abandoned_ = false;
};

/// One path on which Engine.IO is spoken, on one shard: finds the session that a request belongs to, or begins one.
class EngineEndpoint {
public:
    /// Called in a greenlet for each new session: it accepts the handshake, or returns without having done so and gives
    /// the answer for the client. It may do anything that blocks before and after it accepts.
    using Begin = std::function<Response(std::shared_ptr<Handshake>, Environ)>;

    EngineEndpoint(greenlet::Loop& loop, const EngineOptions& options, Begin begin, session::ShardPlace place = {});

    /// A request of this endpoint. Called outside of greenlets.
    void handle(ExchangePtr exchange);

    /// No new sessions, and an orderly end for those that are open.
    void shut_down();
    std::size_t session_count() const noexcept { return host_.sessions.size(); }
    session::EngineHost& host() noexcept { return host_; }

private:
    void handle_session(const EngineRequest& request, ExchangePtr exchange);
    void upgrade(session::EngineSession& session, const EngineRequest& request, ExchangePtr exchange);
    void handshake(EngineRequest request, ExchangePtr exchange);
    void begin(EngineRequest request, ExchangePtr exchange, session::SessionSlot slot);

    const EngineOptions& options_;
    session::EngineHost host_;
    WebSocketConnection::OptionsPtr websocket_options_;
    Begin begin_;
};

}  // namespace sio::transport
