#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <sio/byte_link.hpp>
#include <sio/http_request.hpp>
#include <sio/response.hpp>

#include "net/connection.hpp"
#include "net/head_scanner.hpp"
#include "net/protocol.hpp"
#include "net/request_fault.hpp"
#include "net/request_parser.hpp"
#include "net/response_head.hpp"
#include "util/timer_wheel.hpp"

namespace sio::net {

class HttpExchange;
class BodyStream;
class Shard;
struct MovedConnection;

/// The server's side of HTTP/1.1 on one connection (RFC 9110, RFC 9112), one request at a time.
///
///     idle --first byte--> head --> body --> waiting --respond()--> (streaming) --> idle
///                                              '------upgrade()---> handed over
///
/// A request is parsed only when the one before it has been answered; what a client sends ahead (pipelining) stays in the
/// connection, up to a limit. While a request waits, the connection goes on reading, so that a client that leaves is
/// noticed. Whatever is wrong with a request is answered and ends the connection: where its next request begins is then
/// anybody's guess.
///
/// Nothing but this object (and no parser, buffer or stack) exists while a connection is idle or a request waits.
class HttpConnection final : public Protocol {
    HttpConnection(Connection& connection, const SocketAddress& local);

public:
    explicit HttpConnection(Connection& connection);
    ~HttpConnection() override;

    // From the connection.
    std::size_t on_bytes(char* data, std::size_t size) override;
    void on_handshake() override { wait_first_byte(); }
    void on_half_close() override;
    void on_end(std::string_view reason) override;
    void on_drained() override;
    void stop() override;

    // From the exchange.
    void respond(Response response);
    std::unique_ptr<ByteLink> upgrade(const Response& response);
    void move_to(Shard& other, HttpRequest&& request);
    std::unique_ptr<ByteLink> stream(const Response& response);
    /// The exchange has been destroyed without an answer.
    void unanswered();
    /// Whether the client has left already.
    bool client_left() const noexcept { return taken_for_gone_ || phase_ == Phase::closed; }
    /// Calls HttpExchange::abandoned() on a later turn, if it still waits then.
    void report_abandoned_later();

    /// Goes on with a connection that was moved here: hands out its request.
    void resume(MovedConnection&& moved);

    // From a body that is being streamed.
    void send_head(const Response& response, bool streamed, std::uint64_t length);
    void finish_response();
    void attach_stream(BodyStream* stream) noexcept { stream_ = stream; }
    bool open() const noexcept { return phase_ != Phase::closed && connection_->open(); }
    bool chunks() const noexcept { return version_ >= 11; }
    Connection& connection() noexcept { return *connection_; }
    /// Resets the connection: what has been sent of the response must not look complete.
    void cut_response();
    /// A response that turns out to be impossible before its head was sent.
    void respond_instead(Response response);

private:
    enum class Phase : std::uint8_t { idle, head, body, waiting, streaming, handed_over, closed };

    std::size_t take_head(std::string_view rest);
    std::size_t take_body(std::string_view rest);
    std::size_t take_policy_request(std::string_view rest);
    void begin_body(bool nothing_arrived);
    void dispatch(HttpRequest&& request);
    bool may_begin_request();
    void refuse(RequestFault fault);
    void end();
    std::unique_ptr<ByteLink> hand_over();
    void wait_first_byte();
    void wait_half_closed();
    void on_timer();
    std::size_t waiting_input() const noexcept;

    Connection::Ptr connection_;
    // For each request's HttpRequest, formatted once.
    const std::string remote_address_;
    const std::string local_address_;
    const std::uint16_t local_port_;
    util::Timer timer_;
    HeadScanner scanner_;
    std::unique_ptr<RequestParser> parser_;
    HttpExchange* current_ = nullptr;
    BodyStream* stream_ = nullptr;
    std::size_t unparsed_ = 0;
    std::size_t body_at_last_check_ = 0;
    Phase phase_ = Phase::idle;
    std::uint8_t version_ = 11;
    bool keep_alive_ : 1 = true;
    bool head_request_ : 1 = false;
    bool can_upgrade_ : 1 = false;
    bool half_closed_ : 1 = false;
    bool taken_for_gone_ : 1 = false;  ///< half closed for so long that nobody waits for the answer any more
    bool in_on_bytes_ : 1 = false;
    bool head_timed_ : 1 = false;  ///< the timer runs for this head, not for the idle time before it
};

}  // namespace sio::net
