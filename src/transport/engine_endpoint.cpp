#include "transport/engine_endpoint.hpp"

#include <sio/greenlet.hpp>

#include "greenlet/loop.hpp"
#include "transport/cors.hpp"
#include "transport/decorated_exchange.hpp"
#include "transport/handshake_rules.hpp"
#include "transport/polling.hpp"
#include "transport/subprotocol.hpp"
#include "transport/text_encoding.hpp"
#include "transport/websocket.hpp"
#include "transport/websocket_accept.hpp"
#include "util/timer_wheel.hpp"

namespace sio::transport {

using session::CloseReason;
using session::EngineSession;
using session::EngineSessionPtr;

namespace {

std::string set_cookie(const CookieOptions& cookie, const std::string& sid) {
    std::string text = cookie.name + '=' + sid;
    if (!cookie.path.empty()) text += "; Path=" + cookie.path;
    if (cookie.max_age.count() > 0) text += "; Max-Age=" + std::to_string(cookie.max_age.count());
    if (cookie.http_only) text += "; HttpOnly";
    if (cookie.secure) text += "; Secure";
    if (!cookie.same_site.empty()) text += "; SameSite=" + cookie.same_site;
    return text;
}

WebSocket::Form websocket_form(Generation generation, const EngineRequest& request, const HttpRequest& http) {
    return {request.form.base64, generation == Generation::eio3 && websocket_encodes_twice(http, request)};
}

Response upgrade_required() {
    Response response = engine_error(EngineError::bad_request);
    response.status = 426;
    response.headers.set("Upgrade", "websocket");
    return response;
}

/// A refused handshake, in Engine.IO's form.
Response no_room(bool shutting_down) {
    Response response = no_more_sessions(shutting_down);
    response.body =
        engine_error(EngineError::forbidden, shutting_down ? "Server is shutting down" : "Too many sessions").body;
    response.headers.set("Content-Type", "application/json");
    return response;
}

}  // namespace

Handshake::Handshake(EngineSessionPtr session, EngineRequest request, ExchangePtr exchange,
                     WebSocketConnection::OptionsPtr websocket_options)
    : session_(std::move(session)),
      request_(std::move(request)),
      exchange_(std::move(exchange)),
      websocket_options_(std::move(websocket_options)) {
    exchange_->on_abandoned([this] { abandoned_ = true; });
}

bool Handshake::accept(std::unique_ptr<session::EngineObserver> observer) {
    if (accepted_ || abandoned_ || !exchange_) return false;
    if (session_->host().shutting_down) {
        refuse(no_room(true));
        return false;
    }
    ExchangePtr exchange = std::move(exchange_);
    exchange->on_abandoned(nullptr);
    if (request_.transport == TransportKind::polling) {
        accepted_ = true;
        const boost::intrusive_ptr<Polling> polling(new Polling(*session_));
        session_->set_observer(std::move(observer));
        session_->open(polling);
        polling->on_get(std::move(exchange), std::move(request_.form));
        return true;
    }
    const HttpRequest& request = exchange->request();
    const auto form = websocket_form(session_->generation(), request_, request);
    auto connection = accept_websocket(session_->host().loop, *exchange, request, websocket_options_,
                                       choose_subprotocol(session_->host().options, request.headers));
    if (!connection) return false;
    accepted_ = true;
    if (const auto delay = session_->host().options.websocket_greeting_delay; delay.count() > 0) {
        connection->flush();
        sio::sleep(util::clamped(delay));
        if (session_->host().shutting_down) {
            connection->start(nullptr);
            connection->close(wire::ws_close::going_away);
            return false;
        }
    }
    const boost::intrusive_ptr<WebSocket> websocket(new WebSocket(*session_, std::move(connection), form));
    session_->set_observer(std::move(observer));
    session_->open(websocket);
    websocket->start();
    return true;
}

void Handshake::add_headers(Headers fields) {
    if (exchange_) exchange_ = decorate(std::move(exchange_), std::move(fields));
}

void Handshake::refuse(Response response) {
    if (accepted_ || !exchange_) return;
    const ExchangePtr exchange = std::move(exchange_);
    exchange->on_abandoned(nullptr);
    exchange->respond(std::move(response));
}

EngineEndpoint::EngineEndpoint(greenlet::Loop& loop, const EngineOptions& options, Begin begin,
                               session::ShardPlace place)
    : options_(options),
      host_{loop, options, {}, std::move(place)},
      websocket_options_(websocket_options(options)),
      begin_(std::move(begin)) {}

void EngineEndpoint::handle(ExchangePtr exchange) {
    exchange = apply_cors(options_.cors, std::move(exchange));
    if (!exchange) return;
    auto read = read_engine_request(exchange->request(), options_);
    if (const auto* error = std::get_if<EngineError>(&read)) {
        return exchange->respond(engine_error(*error));
    }
    auto& request = std::get<EngineRequest>(read);
    if (!request.upgrade && request.transport == TransportKind::websocket) {
        return exchange->respond(upgrade_required());
    }
    if (request.upgrade && !websocket_origin_allowed(options_.cors, exchange->request())) {
        return exchange->respond(engine_error(EngineError::forbidden));
    }
    if (!request.form.jsonp_index.empty() && !script_origin_allowed(options_.cors, exchange->request())) {
        return exchange->respond(engine_error(EngineError::forbidden));
    }
    if (!request.sid.empty()) return handle_session(request, std::move(exchange));
    handshake(std::move(request), std::move(exchange));
}

void EngineEndpoint::handle_session(const EngineRequest& request, ExchangePtr exchange) {
    const EngineSessionPtr session(host_.sessions.find(request.sid));
    if (!session) return exchange->respond(engine_error(EngineError::unknown_sid));
    if (request.upgrade) return upgrade(*session, request, std::move(exchange));

    auto* polling = dynamic_cast<Polling*>(session->transport());
    const std::string& method = exchange->request().method;
    if (polling && method == "GET") return polling->on_get(std::move(exchange), request.form);
    if (polling && method == "POST") return polling->on_post(std::move(exchange), request.form);
    exchange->respond(engine_error(EngineError::bad_request));
}

void EngineEndpoint::upgrade(EngineSession& session, const EngineRequest& request, ExchangePtr exchange) {
    const HttpRequest& http = exchange->request();
    const auto form = websocket_form(session.generation(), request, http);
    auto connection =
        accept_websocket(host_.loop, *exchange, http, websocket_options_, choose_subprotocol(options_, http.headers));
    if (!connection) return;
    const boost::intrusive_ptr<WebSocket> candidate(new WebSocket(session, connection, form));
    if (session.on_candidate(candidate)) return candidate->start();
    // Refused only now: before the 101 the browser could not tell this from a failed connection.
    connection->start(nullptr);
    connection->close(wire::ws_close::policy_violation);
}

void EngineEndpoint::handshake(EngineRequest request, ExchangePtr exchange) {
    if (host_.shutting_down) return exchange->respond(no_room(true));
    auto slot = host_.place.quota->take(options_, exchange->request().remote_address, *host_.place.counters);
    if (!slot) return exchange->respond(no_room(false));
    host_.loop.enter(
        [this, request = std::move(request), exchange = std::move(exchange), slot = std::move(slot)]() mutable {
            begin(std::move(request), std::move(exchange), std::move(slot));
        });
}

void EngineEndpoint::begin(EngineRequest request, ExchangePtr exchange, session::SessionSlot slot) {
    const session::SessionSlot::Running running(slot);
    Environ environ(exchange->request());
    const EngineSessionPtr session(
        new EngineSession(host_, host_.place.make_session_id(), request.generation, std::move(slot)));
    if (options_.cookie) {
        exchange = decorate(std::move(exchange), {{"Set-Cookie", set_cookie(*options_.cookie, session->sid())}});
    }
    const auto handshake =
        std::make_shared<Handshake>(session, std::move(request), std::move(exchange), websocket_options_);
    if (const auto refusal = ask_allow_request(options_, environ)) {
        return handshake->refuse(engine_error(EngineError::forbidden, refusal->message));
    }
    handshake->refuse(begin_(handshake, std::move(environ)));
}

void EngineEndpoint::shut_down() {
    host_.shutting_down = true;
    host_.sessions.for_each([](EngineSession& session) { session.close(CloseReason::server_shutting_down); });
}

}  // namespace sio::transport
