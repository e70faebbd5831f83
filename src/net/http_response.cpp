// The answering half of HttpConnection.

#include <ctime>
#include <memory>
#include <string>
#include <utility>

#include <sio/log.hpp>

#include "net/body_stream.hpp"
#include "net/connection_link.hpp"
#include "net/http_connection.hpp"
#include "net/http_exchange.hpp"
#include "net/shard.hpp"
#include "util/ascii.hpp"

namespace sio::net {

namespace {

/// Bodies above this are moved into the queue instead of being copied behind their head.
constexpr std::size_t copy_limit = 4096;

Response replacement(const std::string& fault) {
    log(LogLevel::error, "http", fault + " is refused; the client gets a 500 instead");
    return Response(500, "Internal Server Error\n");
}

}  // namespace

void HttpConnection::respond(Response response) {
    const ProtocolPtr self(this);
    current_ = nullptr;
    if (phase_ != Phase::waiting || !connection_->open()) return;
    if (const auto fault = describe_fault(response.status, response.headers, false); !fault.empty()) {
        response = replacement(fault);
    }
    if (util::list_has_token(response.headers.combined("Connection"), "close")) keep_alive_ = false;
    if (connection_->shard().closing() || (half_closed_ && waiting_input() == 0)) keep_alive_ = false;

    const bool sends_body = !head_request_ && status_has_body(response.status);
    if (sends_body && (response.file || response.writer)) {
        phase_ = Phase::streaming;
        return start_stream(*this, std::move(response));
    }
    if (response.writer) {
        send_head(response, true, 0);
    } else {
        send_head(response, false, response.file ? response.file->length : response.body.size());
    }
    if (sends_body && !response.file && !response.writer) {
        if (response.body.size() > copy_limit) {
            connection_->write(std::make_shared<const std::string>(std::move(response.body)));
        } else {
            connection_->write(response.body);
        }
    }
    finish_response();
}

void HttpConnection::respond_instead(Response response) {
    if (phase_ != Phase::streaming || !connection_->open()) return;
    phase_ = Phase::waiting;
    respond(std::move(response));
}

void HttpConnection::send_head(const Response& response, bool streamed, std::uint64_t length) {
    // The end of the connection is the only end that HTTP/1.0 has for a body of unknown length.
    if (streamed && version_ < 11) keep_alive_ = false;
    ResponseFraming framing;
    framing.version = version_;
    framing.keep_alive = keep_alive_;
    framing.streamed = streamed;
    framing.length = length;
    framing.date = connection_->shard().date().at(std::time(nullptr));
    connection_->shard().counters().count_answer(response.status);
    auto& head = connection_->shard().scratch();
    head.clear();
    append_response_head(head, response.status, response.headers, framing);
    connection_->write(head);
}

void HttpConnection::cut_response() {
    const ProtocolPtr self(this);
    phase_ = Phase::closed;
    timer_.cancel();
    connection_->reset();
}

/// The whole answer is in the queue.
void HttpConnection::finish_response() {
    if (phase_ == Phase::closed) return;
    auto& shard = connection_->shard();
    if (!keep_alive_ || shard.closing() || (half_closed_ && waiting_input() == 0)) return end();
    phase_ = Phase::idle;
    head_timed_ = false;
    timer_.arm(shard.loop().timers(), shard.limits().idle_timeout);
    if (!in_on_bytes_) connection_->redeliver();
}

std::unique_ptr<ByteLink> HttpConnection::upgrade(const Response& response) {
    const ProtocolPtr self(this);
    if (phase_ != Phase::waiting || !can_upgrade_ || !connection_->open()) return nullptr;
    if (const auto fault = describe_fault(response.status, response.headers, true); !fault.empty()) {
        log(LogLevel::error, "http", fault + " is refused; the connection is not upgraded");
        return nullptr;
    }
    auto& head = connection_->shard().scratch();
    head.clear();
    connection_->shard().counters().count_answer(response.status);
    append_upgrade_head(head, response.status, response.headers, connection_->shard().date().at(std::time(nullptr)));
    connection_->write(head);
    connection_->write(response.body);  // the drafts before RFC 6455 end their handshake with bytes
    return hand_over();
}

std::unique_ptr<ByteLink> HttpConnection::stream(const Response& response) {
    const ProtocolPtr self(this);
    if (phase_ != Phase::waiting || head_request_ || half_closed_ || !connection_->open()) return nullptr;
    if (const auto fault = describe_fault(response.status, response.headers, false); !fault.empty()) {
        log(LogLevel::error, "http", fault + " is refused; nothing is streamed");
        return nullptr;
    }
    keep_alive_ = false;
    send_head(response, true, 0);
    return hand_over();
}

/// From now on the connection is somebody else's.
std::unique_ptr<ByteLink> HttpConnection::hand_over() {
    current_ = nullptr;
    phase_ = Phase::handed_over;
    timer_.cancel();
    connection_->release_protocol();
    return std::make_unique<ConnectionLink>(connection_);
}

void HttpConnection::unanswered() {
    const ProtocolPtr self(this);
    current_ = nullptr;
    if (phase_ == Phase::waiting) end();
}

void HttpConnection::report_abandoned_later() {
    if (connection_->detached()) return;
    connection_->shard().loop().post([self = boost::intrusive_ptr<HttpConnection>(this)] {
        if (self->current_ != nullptr) self->current_->abandoned();
    });
}

}  // namespace sio::net
