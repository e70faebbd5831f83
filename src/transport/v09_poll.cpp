#include "transport/v09_poll.hpp"

#include <utility>

#include "greenlet/loop.hpp"
#include "http/gzip.hpp"
#include "wire/v09_codec.hpp"
#include "wire/v09_jsonp.hpp"
#include "wire/v09_payload.hpp"

namespace sio::transport {

using session::CloseReason;

std::string unknown_session_packet() {
    std::string packet;
    wire::v09::append_error(packet, "/", wire::v09::ErrorReason::client_not_handshaken, true);
    return packet;
}

Response v09_poll_answer(std::string payload, std::optional<std::uint32_t> jsonp) {
    Response response;
    if (jsonp) {
        std::string script;
        wire::v09::append_jsonp_call(script, *jsonp, payload);
        response = Response(200, std::move(script), "text/javascript; charset=utf-8");
        response.headers.set("X-Content-Type-Options", "nosniff");
    } else {
        response = Response(200, std::move(payload), "text/plain; charset=utf-8");
    }
    response.headers.set("Cache-Control", "no-store");
    return response;
}

V09Poll::V09Poll(session::V09Session& session, V09Transport kind, std::optional<std::uint32_t> jsonp,
                 ExchangePtr exchange)
    : session_(&session),
      exchange_(std::move(exchange)),
      duration_timer_(
          [](void* self) {
              auto& poll = *static_cast<V09Poll*>(self);
              const boost::intrusive_ptr<V09Poll> keep(&poll);
              poll.answer(std::string(wire::v09::noop_packet));
              poll.done();
          },
          this),
      jsonp_(jsonp),
      kind_(kind) {
    duration_timer_.arm(session.host().loop.timers(), session.host().options.v09.polling_duration);
    exchange_->on_abandoned([this] {
        const boost::intrusive_ptr<V09Poll> keep(this);
        exchange_.reset();
        done();
    });
}

void V09Poll::send(bool, std::string_view) {}  // only direct transports are given packets

void V09Poll::send_frames(const std::shared_ptr<const std::string>&) {}

void V09Poll::fetch() {
    if (!exchange_ || std::exchange(flush_scheduled_, true)) return;
    session_->host().loop.defer([self = boost::intrusive_ptr<V09Poll>(this)] {
        self->flush_scheduled_ = false;
        if (self->session_) self->flush();
    });
}

void V09Poll::flush() {
    if (!exchange_ || session_->outbox().empty()) return;
    const boost::intrusive_ptr<V09Poll> keep(this);
    answer(take_outbox());
    done();
}

std::string V09Poll::take_outbox(std::string_view more) {
    std::string payload;
    wire::v09::PayloadEncoder encoder(payload);
    for (const auto& entry : session_->outbox().take()) encoder.add(entry.data);
    if (!more.empty()) encoder.add(more);
    return payload;
}

void V09Poll::answer(std::string payload) {
    duration_timer_.cancel();
    const ExchangePtr exchange = std::exchange(exchange_, nullptr);
    if (!exchange) return;
    exchange->on_abandoned(nullptr);
    Response response = v09_poll_answer(std::move(payload), jsonp_);
    if (session_ && session_->host().shutting_down) response.headers.set("Connection", "close");
    if (const auto& compression = session_->host().options.http_compression) {
        http::gzip_body(response, exchange->request().headers.combined("Accept-Encoding"), *compression);
    }
    exchange->respond(std::move(response));
}

/// Nothing more comes of this poll.
void V09Poll::done() {
    duration_timer_.cancel();
    if (auto* const session = std::exchange(session_, nullptr)) session->on_poll_done(*this);
}

void V09Poll::close(CloseReason reason) {
    std::string last;
    // A client that learns that it is unknown begins anew; one that is told to disconnect would not.
    if (reason == CloseReason::server_shutting_down) last = unknown_session_packet();
    std::string payload = take_outbox(last);
    answer(payload.empty() ? std::string(wire::v09::noop_packet) : std::move(payload));
    session_ = nullptr;
}

void V09Poll::leave() {
    answer(std::string(wire::v09::noop_packet));
    session_ = nullptr;
}

}  // namespace sio::transport
