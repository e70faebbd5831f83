#include <exception>

#include <sio/error.hpp>
#include <sio/event.hpp>
#include <sio/log.hpp>
#include <sio/websocket.hpp>

#include "server/inbox.hpp"
#include "server/request_context.hpp"
#include "transport/cors.hpp"
#include "transport/handshake_rules.hpp"
#include "transport/subprotocol.hpp"
#include "transport/websocket_accept.hpp"

namespace sio {

using transport::WebSocketConnection;
using transport::WebSocketConnectionPtr;
using wire::WsOpcode;

struct WebSocket::Impl final : transport::WebSocketListener, server::Stoppable {
    Impl(WebSocketConnectionPtr over, std::string agreed, server::Stoppables& with)
        : connection(std::move(over)), subprotocol(std::move(agreed)), stoppables(with) {
        stoppables.insert(*this);
        connection->start(this);
    }
    ~Impl() {
        stoppables.erase(*this);
        connection->detach();
    }

    void on_message(const wire::WsMessage& message) override { inbox.push(message.binary, message.payload()); }
    void on_peer_done(std::uint16_t peer_code, std::string_view reason) override {
        code = peer_code;
        close_reason = reason;
        inbox.close();
    }
    void on_end(std::uint16_t end_code, std::string_view reason) override {
        if (code == 0) on_peer_done(end_code, reason);
        drained.set();
    }
    void on_drained() override { drained.set(); }
    void on_stop() override { close(wire::ws_close::going_away); }

    void close(std::uint16_t with_code, std::string_view reason = {}) {
        connection->close(with_code, reason);
        inbox.close();
        drained.set();
    }

    void send(WsOpcode opcode, std::string_view payload) {
        while (connection->takes_messages() && connection->queued_bytes() > high_water) {
            connection->flush();
            if (connection->queued_bytes() <= high_water) break;
            drained.clear();
            drained.wait();
        }
        connection->send(opcode, payload);
    }

    static constexpr std::size_t high_water = 1024 * 1024;

    WebSocketConnectionPtr connection;
    std::string subprotocol;
    server::Stoppables& stoppables;
    std::uint16_t code = 0;
    std::string close_reason;
    server::Inbox inbox{[this](bool paused) { paused ? connection->pause_reading() : connection->resume_reading(); }};
    Event drained;
};

std::optional<Message> WebSocket::receive() { return impl_.inbox.pop(); }

void WebSocket::send(const Message& message) {
    impl_.send(message.binary ? WsOpcode::binary : WsOpcode::text, message.data);
}

void WebSocket::send_text(std::string_view text) { impl_.send(WsOpcode::text, text); }

void WebSocket::send_binary(std::string_view bytes) { impl_.send(WsOpcode::binary, bytes); }

void WebSocket::close(std::uint16_t code, std::string_view reason) { impl_.close(code, reason); }

bool WebSocket::is_open() const noexcept { return impl_.connection->is_open(); }

const std::string& WebSocket::subprotocol() const noexcept { return impl_.subprotocol; }

std::uint16_t WebSocket::close_code() const noexcept { return impl_.code; }

const std::string& WebSocket::close_reason() const noexcept { return impl_.close_reason; }

Response websocket(Environ& environ, const std::function<void(WebSocket&)>& handler, WebSocketOptions options) {
    const auto* attached = environ.get<server::RequestContextPtr>();
    if (!attached || !(*attached)->exchange) {
        throw Error(errc::not_attached, "websocket() needs the Environ of a request that is not answered yet");
    }
    const server::RequestContextPtr context = *attached;
    if (context->stoppables.stopping()) return transport::no_more_sessions(true);
    CorsOptions origins;
    origins.allowed_origins = std::move(options.allowed_origins);
    if (!transport::websocket_origin_allowed(origins, environ.request())) {
        return Response(403, "Pages of this origin may not connect.");
    }

    auto limits = std::make_shared<WebSocketConnection::Options>();
    limits->parser.max_message_bytes = options.max_message_bytes;
    limits->parser.max_fragments = options.max_fragments;
    limits->close_timeout = options.close_timeout;
    limits->answer_close_later = true;
    limits->ping_interval = options.ping_interval;
    limits->ping_timeout = options.ping_timeout;
    limits->compression = options.compression;
    std::string subprotocol = transport::choose_subprotocol(options.subprotocols, environ.headers());
    const ExchangePtr exchange = std::move(context->exchange);
    auto connection =
        transport::accept_websocket(context->loop, *exchange, environ.request(), std::move(limits), subprotocol);
    if (!connection) return Response(400);

    WebSocket::Impl impl(std::move(connection), std::move(subprotocol), context->stoppables);
    WebSocket socket(impl);
    try {
        handler(socket);
        socket.close();
    } catch (const std::exception& error) {
        log(LogLevel::error, "websocket", std::string(environ.path()) + ": " + error.what());
        socket.close(wire::ws_close::internal_error);
    } catch (...) {  // a greenlet that is killed
        socket.close(wire::ws_close::going_away);
        throw;
    }
    return Response(101);
}

}  // namespace sio
