#include "transport/polling.hpp"

#include "greenlet/loop.hpp"
#include "http/gzip.hpp"
#include "transport/cors.hpp"
#include "transport/engine_request.hpp"
#include "transport/turn_budget.hpp"

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
    form.encoding = form_.encoding;
    form_ = std::move(form);
    session_->note_poll(true);
    poll_->on_abandoned([this] {
        poll_.reset();
        fail(CloseReason::transport_close);
    });
    if (!session_->outbox().empty() || session_->hurries_polls()) fetch();
}

void Polling::on_post(ExchangePtr exchange, const PollForm& form) {
    const boost::intrusive_ptr<Polling> keep(this);
    if (post_) {
        // Two POSTs at once: as for polls. The second one must not get past the first, whose answer waits for a pause to end.
        answer(*exchange, engine_error(EngineError::bad_request));
        return fail(CloseReason::transport_error);
    }
    const EngineOptions& options = session_->host().options;
    if (exchange->request().body.size() > options.max_payload_bytes) {
        session_->counters().reached(session::Limit::max_payload_bytes);
        answer(*exchange, Response(413));
        return fail(CloseReason::transport_error);
    }
    PollForm posted = form;
    posted.base64 = posted.base64 || form_.base64;
    posted.encoding = form_.encoding;
    post_ = std::make_unique<Post>(std::move(exchange), generation_, posted, max_posted_packets(options));
    take_post();
}

/// Takes in the packets of the POST, as far as the session reads, and answers it behind the last one.
void Polling::take_post() {
    const boost::intrusive_ptr<Polling> keep(this);
    TurnBudget budget;
    post_->taking = true;
    while (session_ && !session_->reading_paused() && post_->packets.next()) {
        form_.encoding = post_->packets.encoding();
        session_->on_packet(*this, post_->packets.packet());
        if (session_ && budget.spent()) put_off_reading();
    }
    post_->taking = false;
    if (session_ && session_->reading_paused()) return;  // goes on in resume_reading()
    const auto post = std::move(post_);
    if (post->packets.error() == wire::EngineError::none) {
        answer(*post->exchange, Response(200, "ok", "text/html"));
    } else {
        answer(*post->exchange, engine_error(EngineError::bad_request));
        fail(CloseReason::parse_error);
    }
}

void Polling::put_off_reading() {
    session_->pause_reading();
    session_->host().loop.post([session = session::EngineSessionPtr(session_)] { session->resume_reading(); });
}

void Polling::resume_reading() {
    if (post_ && !post_->taking) take_post();
}

void Polling::fetch() {
    if (!poll_ || flush_scheduled_) return;
    flush_scheduled_ = true;
    session_->host().loop.defer([self = boost::intrusive_ptr<Polling>(this)] {
        self->flush_scheduled_ = false;
        if (self->session_) self->flush();
    });
}

void Polling::flush() {
    if (!poll_) return;
    const auto entries = session_->outbox().take();
    if (entries.empty()) {
        if (session_->closes()) return end_with_poll();
        if (session_->hurries_polls()) answer_poll(noop_packet);
        return;
    }
    answer_poll(entries);
    session_->on_fetched();
}

void Polling::answer_poll(std::span<const session::Outbox::Entry> packets) {
    const ExchangePtr poll = std::move(poll_);
    session_->note_poll(false);
    Response response = poll_answer(generation_, form_, packets);
    if (const auto& compression = session_->host().options.http_compression) {
        http::gzip_body(response, poll->request().headers.combined("Accept-Encoding"), *compression);
    }
    // A server that stops has nothing more to say to this client.
    const bool last = packets.size() == 1 && packets.front().data == close_packet;
    if (last && session_->host().shutting_down) response.headers.set("Connection", "close");
    answer(*poll, std::move(response));
}

void Polling::answer_poll(std::string_view packet) {
    const session::Outbox::Entry entry{false, std::string(packet)};
    answer_poll({&entry, 1});
}

void Polling::answer(Exchange& exchange, Response response) {
    exchange.on_abandoned(nullptr);
    response.headers.set("Cache-Control", "no-store");
    exchange.respond(std::move(response));
}

void Polling::fail(CloseReason reason) {
    if (session_) session_->on_transport_end(*this, reason);
}

void Polling::end_with_poll() {
    const boost::intrusive_ptr<Polling> keep(this);
    answer_poll(close_packet);
    fail(CloseReason::transport_close);
}

void Polling::close(CloseReason reason) {
    if (poll_ && !session_->outbox().empty()) {
        flush();
    } else if (poll_) {
        const bool by_client = reason == CloseReason::transport_close || reason == CloseReason::transport_error;
        answer_poll(by_client ? noop_packet : close_packet);
    }
    session_ = nullptr;
    resume_reading();
}

void Polling::leave() {
    if (poll_) answer_poll(noop_packet);
    session_ = nullptr;
    resume_reading();
}

}  // namespace sio::transport
