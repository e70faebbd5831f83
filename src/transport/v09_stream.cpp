#include "transport/v09_stream.hpp"

#include <utility>

#include "transport/websocket_rules.hpp"
#include "util/secure_id.hpp"
#include "wire/http_chunk.hpp"
#include "wire/v09_stream.hpp"

namespace sio::transport {

using session::CloseReason;

// ---- the body

V09StreamBody::V09StreamBody(V09Transport kind, bool chunked, std::string boundary, std::unique_ptr<ByteLink> link)
    : link_(std::move(link)), boundary_(std::move(boundary)), kind_(kind), chunked_(chunked) {}

std::unique_ptr<V09StreamBody> V09StreamBody::begin(V09Transport kind, Exchange& exchange) {
    const bool multipart = kind == V09Transport::xhr_multipart;
    // Nobody can have put this into a payload.
    std::string boundary = multipart ? "socketio-" + util::make_secure_id() : std::string();
    Response response;
    response.headers.set("Content-Type",
                         multipart ? wire::v09::multipart_type(boundary) : std::string(wire::v09::htmlfile_type));
    response.headers.set("Cache-Control", "no-store");
    const bool chunked = exchange.request().version >= 11;
    auto link = exchange.stream(std::move(response));
    if (!link) {
        exchange.respond(Response(501, "This server cannot stream."));
        return nullptr;
    }
    std::unique_ptr<V09StreamBody> body(new V09StreamBody(kind, chunked, std::move(boundary), std::move(link)));
    std::string head;
    if (multipart) {
        wire::v09::append_multipart_head(head, body->boundary_);
    } else {
        wire::v09::append_htmlfile_head(head);
    }
    body->write_piece(head);
    return body;
}

void V09StreamBody::write_piece(std::string_view piece) {
    if (!chunked_) return link_->write(piece);
    std::string chunk;
    wire::append_http_chunk(chunk, piece);
    link_->write(chunk);
}

void V09StreamBody::write(std::string_view payload) {
    std::string piece;
    if (kind_ == V09Transport::xhr_multipart) {
        wire::v09::append_multipart_payload(piece, boundary_, payload);
    } else {
        wire::v09::append_htmlfile_payload(piece, payload);
    }
    write_piece(piece);
}

void V09StreamBody::end() {
    if (chunked_) link_->write(wire::last_http_chunk);
    link_->close();
}

// ---- the transport

V09Stream::V09Stream(session::V09Session& session, V09Transport kind, std::unique_ptr<V09StreamBody> body)
    : session_(&session), body_(std::move(body)), kind_(kind) {}

V09Stream::~V09Stream() = default;

void V09Stream::start() {
    if (body_) body_->link().set_receiver(this);
}

bool V09Stream::ready() const noexcept { return body_ && queued_bytes() < ready_limit; }

std::size_t V09Stream::queued_bytes() const noexcept { return body_ ? body_->link().queued_bytes() : 0; }

void V09Stream::send(bool, std::string_view packet) {
    if (body_) body_->write(packet);
}

void V09Stream::send_frames(const std::shared_ptr<const std::string>&) {}  // they are a WebSocket's

void V09Stream::flush() {
    if (body_) body_->link().flush();
}

void V09Stream::close(CloseReason reason) {
    session_ = nullptr;
    if (is_unreachable(reason) && body_) body_->link().abort();
    end();
}

void V09Stream::end() {
    session_ = nullptr;
    if (!body_) return;
    body_->link().set_receiver(nullptr);
    body_->end();
    body_.reset();
}

std::size_t V09Stream::on_bytes(char*, std::size_t size) { return size; }  // a request behind an endless answer

void V09Stream::on_end(std::string_view) {
    const boost::intrusive_ptr<V09Stream> keep(this);
    if (session_) session_->on_transport_end(*this, CloseReason::transport_close);
}

void V09Stream::on_drained() {
    if (session_) session_->on_transport_drained(*this);
}

}  // namespace sio::transport
