#include "transport/v09_endpoint.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "greenlet/loop.hpp"
#include "session/heartbeat_fsm.hpp"
#include "transport/cors.hpp"
#include "transport/decorated_exchange.hpp"
#include "transport/handshake_rules.hpp"
#include "transport/posted_packets.hpp"
#include "transport/subprotocol.hpp"
#include "transport/turn_budget.hpp"
#include "transport/v09_poll.hpp"
#include "transport/v09_stream.hpp"
#include "transport/v09_websocket.hpp"
#include "transport/websocket_accept.hpp"
#include "util/utf8.hpp"
#include "wire/v09_codec.hpp"
#include "wire/v09_handshake.hpp"
#include "wire/v09_jsonp.hpp"
#include "wire/v09_payload.hpp"

namespace sio::transport {

using session::CloseReason;
using session::V09Session;
using session::V09SessionPtr;

namespace {

Response transport_not_supported() {
    std::string packet;
    wire::v09::append_error(packet, "/", wire::v09::ErrorReason::transport_not_supported, false);
    return Response(400, std::move(packet));
}

Response wrong_method(std::string_view allowed) {
    Response response(405, "Method not allowed");
    response.headers.set("Allow", allowed);
    return response;
}

Response websocket_required() {
    Response response(426, "A WebSocket is needed here.");
    response.headers.set("Upgrade", "websocket");
    return response;
}

Response script(std::string text) {
    Response response(200, std::move(text), "text/javascript; charset=utf-8");
    response.headers.set("X-Content-Type-Options", "nosniff");
    response.headers.set("Cache-Control", "no-store");
    return response;
}

/// A refused handshake as its client can read it: a script tag learns nothing from a status.
Response in_script(Response refusal, std::optional<std::uint32_t> jsonp) {
    if (!jsonp) return refusal;
    const bool unauthorized = refusal.status == 401 || refusal.status == 403;
    std::string call;
    wire::v09::append_jsonp_error(call, *jsonp, unauthorized ? "handshake unauthorized" : "handshake error");
    return script(std::move(call));
}

}  // namespace

// ---- the handshake

V09Handshake::V09Handshake(V09SessionPtr session, ExchangePtr exchange, std::optional<std::uint32_t> jsonp)
    : session_(std::move(session)), exchange_(std::move(exchange)), jsonp_(jsonp) {
    exchange_->on_abandoned([abandoned = abandoned_] { *abandoned = true; });
}

V09Handshake::~V09Handshake() = default;

bool V09Handshake::accept() {
    if (*abandoned_ || !exchange_) return false;
    if (session_->host().shutting_down) {
        refuse(no_more_sessions(true));
        return false;
    }
    const ExchangePtr exchange = std::move(exchange_);
    exchange->on_abandoned(nullptr);
    session_->open();
    const auto& options = session_->host().options.v09;
    std::string text;
    wire::v09::append_handshake(text, {session_->sid(), session::heartbeat_time(options.heartbeat_timeout),
                                       session::heartbeat_time(options.close_timeout), options.transports});
    if (jsonp_) {
        std::string call;
        wire::v09::append_jsonp_call(call, *jsonp_, text);
        exchange->respond(script(std::move(call)));
    } else {
        Response response(200, std::move(text));
        response.headers.set("Cache-Control", "no-store");
        exchange->respond(std::move(response));
    }
    return true;
}

void V09Handshake::add_headers(Headers fields) {
    if (exchange_) exchange_ = decorate(std::move(exchange_), std::move(fields));
}

void V09Handshake::refuse(Response response) {
    const ExchangePtr exchange = std::move(exchange_);
    if (!exchange) return;
    exchange->on_abandoned(nullptr);
    exchange->respond(in_script(std::move(response), jsonp_));
}

// ---- the endpoint

/// A POST whose packets are being taken in.
struct V09Endpoint::Post {
    Post(ExchangePtr of, std::string with, std::size_t max_packets)
        : exchange(std::move(of)), payload(std::move(with)), packets(payload, max_packets) {}

    ExchangePtr exchange;
    std::string payload;
    wire::v09::PayloadDecoder packets;
};

V09Endpoint::V09Endpoint(greenlet::Loop& loop, const std::string& resource, const EngineOptions& options, Begin begin,
                         session::ShardPlace place)
    : resource_(resource),
      options_(options),
      host_{loop, options, {}, std::move(place)},
      websocket_options_(websocket_options(options)),
      begin_(std::move(begin)) {}

bool V09Endpoint::allows(V09Transport transport) const noexcept {
    const auto& names = options_.v09.transports;
    return std::ranges::find(names, transport_name(transport)) != names.end();
}

void V09Endpoint::handle(ExchangePtr exchange) {
    exchange = apply_cors(options_.cors, std::move(exchange));
    if (!exchange) return;
    const auto& served = options_.generations;
    if (std::ranges::find(served, Generation::v09) == served.end()) {
        return exchange->respond(Response(400, "Protocol version not supported."));
    }
    const V09Request request = read_v09_request(exchange->request(), resource_);
    if (request.wants_script() && !script_origin_allowed(options_.cors, exchange->request())) {
        return exchange->respond(Response(403, "Forbidden"));
    }
    if (request.bad_jsonp) return exchange->respond(Response(400, "The number of a callback must be digits."));
    switch (request.kind) {
        case V09Request::Kind::handshake: return handshake(request, std::move(exchange));
        case V09Request::Kind::session: return handle_session(request, std::move(exchange));
        case V09Request::Kind::disconnect: return disconnect(request, std::move(exchange));
        case V09Request::Kind::unknown_transport: return exchange->respond(transport_not_supported());
        case V09Request::Kind::not_found: return exchange->respond(Response(404, "Not found"));
    }
}

void V09Endpoint::handle_session(const V09Request& request, ExchangePtr exchange) {
    if (!allows(request.transport)) return exchange->respond(transport_not_supported());
    V09Session* const session = host_.sessions.find(request.sid);
    const std::string& method = exchange->request().method;
    if (request.transport == V09Transport::websocket || request.transport == V09Transport::flashsocket) {
        return websocket(session, request, std::move(exchange));
    }
    if (method == "GET") return get(session, request, std::move(exchange));
    if (method != "POST") return exchange->respond(wrong_method("GET, POST"));
    // A client takes any failure of a POST for the end of its connection, and begins anew.
    if (!session) return exchange->respond(Response(400, unknown_session_packet()));
    post(*session, request, std::move(exchange));
}

void V09Endpoint::websocket(V09Session* session, const V09Request& request, ExchangePtr exchange) {
    const HttpRequest& http = exchange->request();
    if (http.method != "GET") return exchange->respond(wrong_method("GET"));
    if (!wants_websocket(http)) return exchange->respond(websocket_required());
    if (!websocket_origin_allowed(options_.cors, http)) return exchange->respond(Response(403, "Forbidden"));
    auto connection =
        accept_websocket(host_.loop, *exchange, http, websocket_options_, choose_subprotocol(options_, http.headers));
    if (!connection) return;
    if (!session) {
        connection->start(nullptr);
        connection->send(wire::WsOpcode::text, unknown_session_packet());
        return connection->close(wire::ws_close::normal);
    }
    const boost::intrusive_ptr<V09WebSocket> transport(
        new V09WebSocket(*session, request.transport, std::move(connection)));
    session->attach(transport);
    transport->start();
}

void V09Endpoint::get(V09Session* session, const V09Request& request, ExchangePtr exchange) {
    const bool jsonp = request.transport == V09Transport::jsonp_polling;
    if (jsonp || request.transport == V09Transport::xhr_polling) {
        const auto index = jsonp ? std::optional(request.jsonp.value_or(0)) : std::nullopt;
        if (!session) return exchange->respond(v09_poll_answer(unknown_session_packet(), index));
        session->attach(session::TransportPtr(new V09Poll(*session, request.transport, index, std::move(exchange))));
        return;
    }
    auto body = V09StreamBody::begin(request.transport, *exchange);
    if (!body) return;
    if (!session) {
        body->write(unknown_session_packet());
        return body->end();
    }
    const boost::intrusive_ptr<V09Stream> transport(new V09Stream(*session, request.transport, std::move(body)));
    session->attach(transport);
    transport->start();
}

void V09Endpoint::post(V09Session& session, const V09Request& request, ExchangePtr exchange) {
    const V09SessionPtr keep(&session);
    HttpRequest& http = exchange->request();
    if (http.body.size() > options_.max_payload_bytes) {
        session.counters().reached(session::Limit::max_payload_bytes);
        exchange->respond(Response(413));
        return session.close(CloseReason::transport_error);
    }
    // A client waits for the answer to its last POST before it sends the next.
    if (!session.attached() || session.reader_waits()) {
        exchange->respond(Response(400, "This POST comes too early."));
        if (session.reader_waits()) session.close(CloseReason::transport_error);
        return;
    }
    std::optional<std::string> payload;
    if (request.transport == V09Transport::jsonp_polling) {
        payload = wire::v09::read_jsonp_form(http.body);
    } else {
        payload = std::move(http.body);
    }
    if (!payload || !util::utf8_valid(*payload)) {
        exchange->respond(Response(400, "Malformed payload"));
        return session.close(CloseReason::parse_error);
    }
    take_post(keep, std::make_shared<Post>(std::move(exchange), *std::move(payload), max_posted_packets(options_)));
}

/// Takes in the packets of a POST, as far as the session reads, and answers it behind the last one.
void V09Endpoint::take_post(const V09SessionPtr& session, const std::shared_ptr<Post>& post) {
    TurnBudget budget;
    while (session->is_open() && !session->reading_paused() && post->packets.next()) {
        session->on_packet(post->packets.packet());
        if (!budget.spent()) continue;
        session->pause_reading();
        host_.loop.post([session] { session->resume_reading(); });
    }
    if (session->is_open() && session->reading_paused()) {
        // The session must not hold itself.
        return session->when_reading([this, &of = *session, post] { take_post(V09SessionPtr(&of), post); });
    }
    if (post->packets.error() == wire::v09::PayloadError::too_many_packets) {
        post->exchange->respond(Response(400, "Too many packets"));
        return session->close(CloseReason::parse_error);
    }
    // A frame that is malformed ends the payload, but not the session: the reference server reads on as if nothing were.
    Response response(200, "1");
    response.headers.set("Cache-Control", "no-store");
    post->exchange->respond(std::move(response));
}

void V09Endpoint::disconnect(const V09Request& request, ExchangePtr exchange) {
    const V09SessionPtr session(host_.sessions.find(request.sid));
    if (session) session->close(CloseReason::client_namespace_disconnect);
    Response response(200);
    response.headers.set("Cache-Control", "no-store");
    exchange->respond(std::move(response));
}

void V09Endpoint::handshake(const V09Request& request, ExchangePtr exchange) {
    const std::string& method = exchange->request().method;
    if (method != "GET" && method != "POST") return exchange->respond(wrong_method("GET, POST"));
    if (host_.shutting_down) return exchange->respond(in_script(no_more_sessions(true), request.jsonp));
    auto slot = host_.place.quota->take(options_, exchange->request().remote_address, *host_.place.counters);
    if (!slot) return exchange->respond(in_script(no_more_sessions(false), request.jsonp));
    host_.loop.enter([this, jsonp = request.jsonp, exchange = std::move(exchange), slot = std::move(slot)]() mutable {
        begin(jsonp, std::move(exchange), std::move(slot));
    });
}

void V09Endpoint::begin(std::optional<std::uint32_t> jsonp, ExchangePtr exchange, session::SessionSlot slot) {
    const session::SessionSlot::Running running(slot);
    Environ environ(exchange->request());
    const V09SessionPtr session(new V09Session(host_, host_.place.make_session_id(), std::move(slot)));
    const auto handshake = std::make_shared<V09Handshake>(session, std::move(exchange), jsonp);
    if (const auto refusal = ask_allow_request(options_, environ)) {
        return handshake->refuse(Response(403, refusal->message));
    }
    handshake->refuse(begin_(handshake, std::move(environ)));
}

void V09Endpoint::shut_down() {
    host_.shutting_down = true;
    host_.sessions.for_each([](V09Session& session) { session.close(CloseReason::server_shutting_down); });
}

}  // namespace sio::transport
