#include "transport/polling.hpp"

#include <optional>

#include "greenlet/loop.hpp"
#include "http/gzip.hpp"
#include "transport/cors.hpp"
#include "transport/engine_request.hpp"
#include "util/ascii.hpp"
#include "util/utf8.hpp"
#include "wire/eio3_payload.hpp"
#include "wire/eio4_payload.hpp"
#include "wire/jsonp.hpp"

namespace sio::transport {

using session::CloseReason;

namespace {

constexpr std::string_view noop_packet = "6";
constexpr std::string_view close_packet = "1";

}  // namespace

void Polling::send(bool, std::string_view) {}  // only direct transports are given packets

void Polling::send_frames(const std::shared_ptr<const std::string>&) {}

void Polling::on_get(ExchangePtr exchange, PollForm form) {
    const boost::intrusive_ptr<Polling> keep(this);
    if (poll_) {
        // Two polls at once: whoever sent the second does not hold the one connection that the session is.
        answer_poll(close_packet);
        answer(*exchange, engine_error(EngineError::bad_request));
        return fail(CloseReason::transport_error);
    }
    poll_ = std::move(exchange);
    form.base64 = form.base64 || form_.base64;  // who said it once means the session, as on the reference server
    form_ = std::move(form);
    poll_->on_abandoned([this] {
        poll_.reset();
        fail(CloseReason::transport_close);
    });
    if (!session_->outbox().empty() || session_->hurries_polls()) flush();
}

void Polling::on_post(ExchangePtr exchange, const PollForm& form) {
    const boost::intrusive_ptr<Polling> keep(this);
    const HttpRequest& request = exchange->request();
    if (request.body.size() > session_->host().options.max_payload_bytes) {
        session_->counters().reached(session::Limit::max_payload_bytes);
        answer(*exchange, Response(413));
        return fail(CloseReason::transport_error);
    }
    if (take_body(request, form) != wire::EngineError::none) {
        answer(*exchange, engine_error(EngineError::bad_request));
        return fail(CloseReason::parse_error);
    }
    if (session_ && session_->reading_paused()) {
        held_post_ = std::move(exchange);
        return;
    }
    answer(*exchange, Response(200, "ok", "text/html"));
}

wire::EngineError Polling::take_body(const HttpRequest& request, const PollForm& form) {
    const std::size_t max_packets = session_->host().options.max_payload_packets;
    const std::string_view type = request.headers.get("Content-Type");
    const bool octets = util::ascii_iequals(util::trim_ows(type.substr(0, type.find(';'))), "application/octet-stream");
    if (octets) {
        if (generation_ != Generation::eio3) return wire::EngineError::unknown_type;
        return take(wire::eio3::BinaryPayloadDecoder(request.body, max_packets));
    }
    std::string_view text = request.body;
    std::optional<std::string> field;
    if (!form.jsonp_index.empty()) {
        field = wire::decode_jsonp_form(request.body);
        if (!field) return wire::EngineError::empty_packet;
        text = *field;
    }
    if (!util::utf8_valid(text)) return wire::EngineError::bad_utf8;
    if (generation_ == Generation::eio3) return take(wire::eio3::TextPayloadDecoder(text, max_packets));
    return take(wire::eio4::PayloadDecoder(text, max_packets));
}

template <class Packets>
wire::EngineError Polling::take(Packets packets) {
    while (session_ && packets.next()) session_->on_packet(*this, packets.packet());
    return packets.error();
}

void Polling::resume_reading() {
    if (auto post = std::exchange(held_post_, nullptr)) answer(*post, Response(200, "ok", "text/html"));
}

void Polling::fetch() {
    if (!poll_ || flush_scheduled_) return;
    flush_scheduled_ = true;
    session_->host().loop.defer([self = boost::intrusive_ptr<Polling>(this)] {
        if (session_->closes()) return end_with_poll();
        self->flush_scheduled_ = false;
        if (self->session_) self->flush();
    });
}

void Polling::flush() {
    if (!poll_) return;
    const auto entries = session_->outbox().take();
    if (entries.empty()) {
        if (session_->hurries_polls()) answer_poll(noop_packet);
        return;
    }
    answer_poll(entries);
    session_->on_fetched();
}

void Polling::answer_poll(std::span<const session::Outbox::Entry> packets) {
    const ExchangePtr poll = std::move(poll_);
    Response response = poll_answer(generation_, form_, packets);
    if (const auto& compression = session_->host().options.http_compression) {
        http::gzip_body(response, poll->request().headers.combined("Accept-Encoding"), *compression);
    }
    answer(*poll, std::move(response));
}

void Polling::answer_poll(std::string_view packet) {
    const session::Outbox::Entry entry{false, std::string(packet)};
    answer_poll({&entry, 1});
}

void Polling::answer(Exchange& exchange, Response response) {
void Polling::end_with_poll() {
    const boost::intrusive_ptr<Polling> keep(this);
    answer_poll(close_packet);
    fail(CloseReason::transport_close);
}

    exchange.on_abandoned(nullptr);
    response.headers.set("Cache-Control", "no-store");
    exchange.respond(std::move(response));
}

void Polling::fail(CloseReason reason) {
    if (session_) session_->on_transport_end(*this, reason);
}

void Polling::close(CloseReason reason) {
    if (poll_ && !session_->outbox().empty()) {
        flush();
    } else if (poll_) {
        const bool by_client = reason == CloseReason::transport_close || reason == CloseReason::transport_error;
        answer_poll(by_client ? noop_packet : close_packet);
    }
    resume_reading();
    session_ = nullptr;
}

void Polling::leave() {
    if (poll_) answer_poll(noop_packet);
    resume_reading();
    session_ = nullptr;
}

}  // namespace sio::transport
