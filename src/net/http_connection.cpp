#include "net/http_connection.hpp"

#include <algorithm>
#include <ctime>
#include <exception>
#include <string>
#include <utility>

#include <sio/log.hpp>

#include "net/body_stream.hpp"
#include "net/byte_rate.hpp"
#include "net/connection_link.hpp"
#include "net/flash_policy_connection.hpp"
#include "net/http_exchange.hpp"
#include "net/moved_connection.hpp"
#include "net/request_rules.hpp"
#include "net/shard.hpp"
#include "util/ascii.hpp"

namespace sio::net {

HttpConnection::HttpConnection(Connection& connection) : HttpConnection(connection, connection.local()) {}

HttpConnection::HttpConnection(Connection& connection, const SocketAddress& local)
    : connection_(&connection),
      remote_address_(connection.peer().address()),
      local_address_(local.address()),
      local_port_(local.port()),
      timer_([](void* self) { static_cast<HttpConnection*>(self)->on_timer(); }, this),
      scanner_(connection.shard().limits().max_head_bytes, connection.shard().limits().max_header_fields) {
    auto& shard = connection.shard();
    connection.watch_sending(true);
    connection.limit_reading(std::max(shard.limits().max_read_ahead_bytes, shard.limits().max_head_bytes));
    if (!connection.handshaking()) wait_first_byte();
}

HttpConnection::~HttpConnection() = default;

void HttpConnection::wait_first_byte() {
    auto& shard = connection_->shard();
    timer_.arm(shard.loop().timers(), shard.limits().first_byte_timeout);
}

std::size_t HttpConnection::on_bytes(char* data, std::size_t size) {
    const ProtocolPtr self(this);
    std::string_view rest(data, size);
    in_on_bytes_ = true;
    while (!rest.empty()) {
        std::size_t used = 0;
        unparsed_ = rest.size();
        if (phase_ == Phase::body) {
            used = take_body(rest);
        } else if (phase_ == Phase::idle && rest.size() < size && connection_->shard().budget().spent()) {
            connection_->yield_turn();
        } else if (phase_ == Phase::head || (phase_ == Phase::idle && may_begin_request())) {
            used = take_head(rest);
        }
        if (used == 0) break;
        rest.remove_prefix(used);
    }
    in_on_bytes_ = false;
    unparsed_ = 0;
    const bool needs_more = phase_ == Phase::head || phase_ == Phase::body || (phase_ == Phase::idle && rest.empty());
    if (half_closed_ && needs_more) end();
    return size - rest.size();
}

/// Bytes that the client has sent beyond the current request.
std::size_t HttpConnection::waiting_input() const noexcept {
    return in_on_bytes_ ? unparsed_ : connection_->kept_bytes();
}

/// A client that sends requests without reading the answers waits until it has read some.
bool HttpConnection::may_begin_request() {
    const auto high_water = connection_->shard().limits().high_water_bytes;
    if (connection_->queued_bytes() <= high_water) return true;
    connection_->flush();
    return connection_->open() && connection_->queued_bytes() <= high_water;
}

std::size_t HttpConnection::take_head(std::string_view rest) {
    auto& shard = connection_->shard();
    std::size_t skipped = 0;
    if (phase_ == Phase::idle) {
        // RFC 9112, 2.2: empty lines before a request are ignored.
        while (rest.substr(skipped).starts_with("\r\n")) skipped += 2;
        rest.remove_prefix(skipped);
        if (rest.empty() || rest == "\r") return skipped;
        if (rest.front() == '<' && !shard.options().flash_policy.empty()) return skipped + take_policy_request(rest);
        scanner_.restart();
        phase_ = Phase::head;
    }
    switch (scanner_.scan(rest)) {
        case HeadScanner::Result::incomplete:
            if (const auto fault = check_beginning(rest)) {
                refuse(fault);
                return skipped;
            }
            if (!head_timed_) {
                head_timed_ = true;
                timer_.arm(shard.loop().timers(), shard.limits().head_timeout);
            }
            return skipped;
        case HeadScanner::Result::complete: break;
        case HeadScanner::Result::bad_line_ending: refuse({400, "a line does not end in CR LF"}); return skipped;
        case HeadScanner::Result::folded_line: refuse({400, "a folded header line"}); return skipped;
        case HeadScanner::Result::too_many_fields: refuse({431, "too many header fields"}); return skipped;
        case HeadScanner::Result::target_too_long: refuse({414, "the request target is too long"}); return skipped;
        case HeadScanner::Result::too_large: refuse({431, "the header fields are too large"}); return skipped;
    }
    head_timed_ = false;
    const auto size = scanner_.size();
    unparsed_ -= skipped + size;
    parser_ = std::make_unique<RequestParser>(shard.limits());
    if (const auto fault = parser_->parse_head(rest.substr(0, size))) {
        refuse(fault);
        return skipped + size;
    }
    auto& request = parser_->request();
    version_ = static_cast<std::uint8_t>(request.version);
    keep_alive_ = parser_->keep_alive();
    head_request_ = request.method == "HEAD";
    can_upgrade_ = version_ >= 11 && util::list_has_token(request.headers.combined("Connection"), "upgrade");
    request.scheme = connection_->secure() ? "https" : "http";
    request.remote_address = remote_address_;
    request.remote_port = connection_->peer().port();
    request.local_address = local_address_;
    request.local_port = local_port_;
    if (parser_->done()) {
        dispatch(std::move(request));
    } else {
        begin_body(unparsed_ == 0);
    }
    return skipped + size;
}

/// No HTTP request begins with `<`, but that of a Flash player for the policy of this port does.
std::size_t HttpConnection::take_policy_request(std::string_view rest) {
    auto& shard = connection_->shard();
    switch (read_policy_request(rest)) {
        case PolicyRequest::incomplete:
            if (!head_timed_) timer_.arm(shard.loop().timers(), shard.limits().head_timeout);
            head_timed_ = true;
            return 0;
        case PolicyRequest::complete:
            connection_->write(shard.options().flash_policy);
            end();
            return rest.size();
        case PolicyRequest::no: break;
    }
    refuse({400, "malformed request"});
    return 0;
}

void HttpConnection::begin_body(bool nothing_arrived) {
    auto& shard = connection_->shard();
    const auto& decide = shard.options().body_limit;
    const auto limit = decide ? decide(parser_->request()) : shard.limits().max_body_bytes;
    if (const auto fault = parser_->limit_body(limit)) return refuse(fault);
    phase_ = Phase::body;
    connection_->limit_reading(0);  // the body is taken as it comes
    if (parser_->expects_continue() && nothing_arrived) connection_->write("HTTP/1.1 100 Continue\r\n\r\n");
    body_at_last_check_ = 0;
    timer_.arm(shard.loop().timers(), shard.limits().body_period);
}

std::size_t HttpConnection::take_body(std::string_view rest) {
    const auto step = parser_->parse_body(rest);
    unparsed_ -= step.consumed;
    if (step.fault) {
        refuse(step.fault);
    } else if (step.done) {
        dispatch(std::move(parser_->request()));
    }
    return step.consumed;
}

void HttpConnection::dispatch(HttpRequest&& request) {
    auto& shard = connection_->shard();
    connection_->limit_reading(std::max(shard.limits().max_read_ahead_bytes, shard.limits().max_head_bytes));
    phase_ = Phase::waiting;
    if (half_closed_) wait_half_closed();
    shard.counters().requests.add();
    auto exchange = std::make_unique<HttpExchange>(*this, std::move(request));
    parser_.reset();
    current_ = exchange.get();
    try {
        shard.options().handler(std::move(exchange));
    } catch (const std::exception& error) {
        log(LogLevel::error, "http", std::string("the request handler failed: ") + error.what());
    }
}

/// On a later turn: what the client has sent behind the request is on its way into the connection until this one ends.
void HttpConnection::move_to(Shard& other, HttpRequest&& request) {
    current_ = nullptr;
    MovedConnection moved;
    moved.request = std::move(request);
    moved.version = version_;
    moved.keep_alive = keep_alive_;
    moved.head_request = head_request_;
    moved.can_upgrade = can_upgrade_;
    connection_->shard().loop().post(
        [self = boost::intrusive_ptr<HttpConnection>(this), &other, moved = std::move(moved)]() mutable {
            if (self->phase_ != Phase::waiting || !self->connection_->open()) return;
            self->phase_ = Phase::closed;
            self->timer_.cancel();
            moved.socket = self->connection_->release();
            other.loop().post([&other, arrived = std::move(moved)]() mutable { other.take_over(std::move(arrived)); });
        });
}

void HttpConnection::resume(MovedConnection&& moved) {
    version_ = moved.version;
    keep_alive_ = moved.keep_alive;
    head_request_ = moved.head_request;
    can_upgrade_ = moved.can_upgrade;
    dispatch(std::move(moved.request));
}

void HttpConnection::refuse(RequestFault fault) {
    auto& shard = connection_->shard();
    shard.counters().protocol_errors.add();
    if (log_enabled(LogLevel::debug)) {
        log(LogLevel::debug, "http",
            connection_->peer().text() + ": " + std::to_string(fault.status) + ", " + std::string(fault.reason));
    }
    parser_.reset();
    keep_alive_ = false;
    head_request_ = false;
    Response response(fault.status, std::string(fault.reason) + '\n');
    send_head(response, false, response.body.size());
    connection_->write(response.body);
    end();
}

void HttpConnection::end() {
    phase_ = Phase::closed;
    timer_.cancel();
    connection_->close();
}

void HttpConnection::on_half_close() {
    const ProtocolPtr self(this);
    half_closed_ = true;
    switch (phase_) {
        case Phase::idle:
            // What came before is still answered when it can be.
            if (waiting_input() == 0) end();
            break;
        case Phase::head:
        case Phase::body: end(); break;
        case Phase::waiting: wait_half_closed(); break;
        case Phase::streaming:
        case Phase::handed_over:
        case Phase::closed: break;
    }
}

/// The client may still read, or be gone: the FIN is the same. It is given some time.
void HttpConnection::wait_half_closed() {
    auto& shard = connection_->shard();
    timer_.arm(shard.loop().timers(), shard.limits().half_close_timeout);
}

void HttpConnection::on_end(std::string_view) {
    const ProtocolPtr self(this);
    phase_ = Phase::closed;
    timer_.cancel();
    parser_.reset();
    if (stream_ != nullptr) stream_->wake();
    if (current_ != nullptr) current_->abandoned();
}

void HttpConnection::on_drained() {
    if (stream_ != nullptr) stream_->wake();
    if (phase_ == Phase::idle && connection_->kept_bytes() != 0) connection_->redeliver();
}

void HttpConnection::stop() {
    const ProtocolPtr self(this);
    // Requests that are under way are answered with `Connection: close`.
    if (phase_ == Phase::idle && waiting_input() == 0 && connection_->shard().closing()) end();
}

void HttpConnection::on_timer() {
    const ProtocolPtr self(this);
    auto& shard = connection_->shard();
    const auto& limits = shard.limits();
    switch (phase_) {
        case Phase::idle:
            // While answers wait for a slow client, the connection watches over them.
            if (connection_->queued_bytes() == 0) return end();
            timer_.arm(shard.loop().timers(), limits.idle_timeout);
            break;
        case Phase::head:
            shard.counters().timeouts.add();
            refuse({408, "the request took too long"});
            break;
        case Phase::body: {
            const auto size = parser_->request().body.size();
            const auto advanced = size - std::exchange(body_at_last_check_, size);
            if (advanced >= bytes_within(limits.body_period, limits.min_rate)) {
                timer_.arm(shard.loop().timers(), limits.body_period);
            } else {
                shard.counters().timeouts.add();
                refuse({408, "the request body took too long"});
            }
            break;
        }
        case Phase::waiting:
            // Otherwise the timer of the phase before has run out: cheaper than a change for each request.
            if (!half_closed_) break;
            taken_for_gone_ = true;
            if (current_ != nullptr) current_->abandoned();
            break;
        case Phase::streaming:
        case Phase::handed_over:
        case Phase::closed: break;
    }
}

}  // namespace sio::net
