#include <sio/websocket_client.hpp>

#include <array>
#include <cstring>
#include <mutex>
#include <system_error>
#include <utility>

#include <sio/error.hpp>
#include <sio/event.hpp>
#include <sio/semaphore.hpp>

#include "client/response_parser.hpp"
#include "client/stream.hpp"
#include "client/url.hpp"
#include "client/websocket_handshake.hpp"
#include "io/limited.hpp"
#include "util/secure_id.hpp"
#include "wire/ws_frame.hpp"
#include "wire/ws_parser.hpp"

namespace sio {

using client::Url;

namespace {

constexpr std::size_t read_bytes = 16 * 1024;

void append_frame(std::string& out, wire::WsOpcode opcode, std::string_view payload) {
    std::uint32_t mask;
    util::fill_random(std::as_writable_bytes(std::span(&mask, 1)));
    wire::append_ws_masked_frame(out, opcode, payload, mask);
}

}  // namespace

/// The connection after the handshake. Frames leave under the lock `sending_`; answers to the server's control frames, which
/// the receiving greenlet finds, wait in `control_` for whoever holds it.
class WebSocketClient::Impl final : private wire::WsReceiver {
public:
    Impl(const Url& url, const WebSocketClientOptions& options)
        : close_timeout_(options.close_timeout),
          ping_interval_(options.ping_interval),
          ping_timeout_(options.ping_timeout),
          parser_options_{.role = wire::WsRole::client, .max_message_bytes = options.max_message_bytes},
          stream_({url.host, url.port}, url.authority()) {
        if (url.is_tls()) {
            const auto context = client::shared_tls_context(options.tls);
            stream_.secure(context.get(), url.host, options.tls);
        }
        shake_hands(client::WebSocketHandshake(url, options));
    }

    std::optional<Message> receive() {
        const Receiving receiving(receiving_);
        for (;;) {
            parse();
            if (message_ || !open_) return std::exchange(message_, std::nullopt);
            try {
                if (fill_or_ping()) continue;
            } catch (const Error& error) {
                if (error.code() != errc::connection_closed) throw;  // a time limit
            } catch (const std::system_error&) {
                // The connection is gone, for whatever reason.
            }
            end(wire::ws_close::abnormal, {});
        }
    }

    void send(wire::WsOpcode opcode, std::string_view data) {
        const std::lock_guard lock(sending_);
        if (!open_ || closing_) throw Error(errc::connection_closed, "WebSocket: closed");
        std::string frame;
        append_frame(frame, opcode, data);
        write(frame);
    }

    void close(std::uint16_t code, std::string_view reason) {
        if (!open_ || std::exchange(closing_, true)) return;
        // A server that does not answer is cut off.
        try {
            if (!io::within(close_timeout_, [&] { say_goodbye(code, reason); })) cut();
        } catch (...) {
            cut();  // the greenlet was interrupted: nobody waits for the answer any more
            throw;
        }
    }

    void cut() noexcept { end(wire::ws_close::abnormal, {}); }

    bool is_open() const noexcept { return open_; }
    const std::string& subprotocol() const noexcept { return subprotocol_; }
    std::uint16_t close_code() const noexcept { return close_code_; }
    const std::string& close_reason() const noexcept { return close_reason_; }

private:
    struct Receiving {
        explicit Receiving(bool& flag) noexcept : flag_(flag) { flag_ = true; }
        ~Receiving() { flag_ = false; }
        Receiving(const Receiving&) = delete;
        Receiving& operator=(const Receiving&) = delete;
        bool& flag_;
    };

    void shake_hands(const client::WebSocketHandshake& handshake) {
        stream_.write(handshake.request());
        client::ResponseParser parser(true, 0);  // without a body: frames follow, or a refusal that nobody reads
        while (!parser.head_done()) {
            if (!fill()) parser.feed_end();
            received_.erase(0, parser.feed(received_));
        }
        subprotocol_ = handshake.check(parser.response());
    }

    // Reads more behind what has not been parsed; false at the end.
    bool fill() {
        std::array<char, read_bytes> buffer;
        const std::size_t got = stream_.read_some(buffer.data(), buffer.size());
        received_.erase(0, std::exchange(parsed_, 0));
        received_.append(buffer.data(), got);
        return got > 0;
    }

    // The same; a server that is silent is asked whether it is there. False also when it is not.
    bool fill_or_ping() {
        if (ping_interval_ <= Duration::zero()) return fill();
        bool more = false;
        if (io::within(ping_interval_, [&] { more = fill(); })) return more;
        if (!closing_ && sending_.try_lock()) {  // else something is on its way, which the server has to acknowledge
            const std::lock_guard lock(sending_, std::adopt_lock);
            std::string frame;
            append_frame(frame, wire::WsOpcode::ping, {});
            if (!io::within(silence_limit(), [&] { write(frame); })) return false;
        }
        return io::within(silence_limit(), [&] { more = fill(); }) && more;
    }

    Duration silence_limit() const noexcept { return ping_timeout_ > Duration::zero() ? ping_timeout_ : forever; }

    // Up to the next message, with the answers to control frames before it.
    void parse() {
        if (!open_) return;
        parsed_ += parser_.feed(received_.data() + parsed_, received_.size() - parsed_, *this);
        if (!ended_by_peer_) {
            if (!control_.empty() && sending_.try_lock()) {
                const std::lock_guard lock(sending_, std::adopt_lock);
                write({});
            }
            return;
        }
        // The last frame goes out behind whatever is being sent, if the server takes it.
        struct End {
            Impl& impl;
            std::pair<std::uint16_t, std::string> close;
            ~End() { impl.end(close.first, close.second); }
        } const end{*this, *std::exchange(ended_by_peer_, std::nullopt)};
        open_ = false;
        try {
            io::within(close_timeout_, [this] {
                const std::lock_guard lock(sending_);
                write({});
            });
        } catch (const Error& error) {
            if (error.code() != errc::connection_closed) throw;
        } catch (const std::system_error&) {
            // It had closed already.
        }
    }

    // With the lock. What waits in `control_` follows `frame`.
    void write(std::string_view frame) {
        try {
            stream_.write(frame);
            while (!control_.empty()) stream_.write(std::exchange(control_, {}));
        } catch (...) {
            cut();  // part of a frame may have left
            throw;
        }
    }

    void say_goodbye(std::uint16_t code, std::string_view reason) {
        {
            const std::lock_guard lock(sending_);
            std::string frame;
            append_frame(frame, wire::WsOpcode::close, wire::ws_close_payload(code, reason));
            write(frame);
        }
        if (receiving_) {
            ended_.wait();
            return;
        }
        while (receive()) {
        }
    }

    void end(std::uint16_t code, std::string_view reason) {
        stream_.close();
        open_ = false;
        if (close_code_ == 0) {
            close_code_ = code;
            close_reason_.assign(reason);
        }
        ended_.set();
    }

    bool on_message(const wire::WsMessage& message) override {
        message_ = Message{std::string(message.payload()), message.binary};
        return false;
    }
    // Only the last one need be answered (RFC 6455, 5.5.3).
    bool on_ping(std::string_view payload) override {
        control_.clear();
        append_frame(control_, wire::WsOpcode::pong, payload);
        return true;
    }
    bool on_pong(std::string_view) override { return true; }
    void on_close(std::uint16_t code, std::string_view reason) override {
        ended_by_peer_.emplace(code, std::string(reason));
        control_.clear();
        if (!closing_) append_frame(control_, wire::WsOpcode::close, wire::ws_close_payload(code));
    }
    void on_error(wire::WsError error) override {
        ended_by_peer_.emplace(wire::ws_close::abnormal, std::string());
        control_.clear();
        if (closing_) return;
        append_frame(control_, wire::WsOpcode::close,
                     wire::ws_close_payload(wire::close_code(error), wire::error_text(error)));
    }

    const Duration close_timeout_;
    const Duration ping_interval_;
    const Duration ping_timeout_;
    const wire::WsParserOptions parser_options_;
    client::Stream stream_;
    wire::WsParser parser_{parser_options_};
    std::string received_;
    std::size_t parsed_ = 0;  // of received_
    std::optional<Message> message_;
    std::string control_;
    std::optional<std::pair<std::uint16_t, std::string>> ended_by_peer_;
    Semaphore sending_{1};
    Event ended_;
    bool open_ = true;
    bool receiving_ = false;
    bool closing_ = false;
    std::string subprotocol_;
    std::uint16_t close_code_ = 0;
    std::string close_reason_;
};

WebSocketClient::WebSocketClient(std::string_view text, WebSocketClientOptions options) {
    const Url url = Url::parse(text);
    if (url.scheme != "ws" && url.scheme != "wss") {
        throw Error(errc::invalid_value, "WebSocketClient: neither ws nor wss: " + url.text());
    }
    if (options.ping_interval.count() < 0 || options.ping_timeout.count() < 0) {
        throw Error(errc::invalid_value, "WebSocketClient: ping_interval and ping_timeout must not be negative");
    }
    if (!io::within(options.connect_timeout, [&] { impl_ = std::make_unique<Impl>(url, options); })) {
        throw TimeoutError("connect to " + url.text());
    }
}

WebSocketClient::~WebSocketClient() = default;
WebSocketClient::WebSocketClient(WebSocketClient&& other) noexcept = default;
WebSocketClient& WebSocketClient::operator=(WebSocketClient&& other) noexcept = default;

std::optional<Message> WebSocketClient::receive(Duration limit) {
    std::optional<Message> message;
    if (!io::within(limit, [&] { message = impl_->receive(); })) {
        impl_->cut();
        throw TimeoutError("WebSocketClient::receive");
    }
    return message;
}

void WebSocketClient::send(const Message& message) {
    impl_->send(message.binary ? wire::WsOpcode::binary : wire::WsOpcode::text, message.data);
}
void WebSocketClient::send_text(std::string_view text) { impl_->send(wire::WsOpcode::text, text); }
void WebSocketClient::send_binary(std::string_view bytes) { impl_->send(wire::WsOpcode::binary, bytes); }
void WebSocketClient::close(std::uint16_t code, std::string_view reason) { impl_->close(code, reason); }

bool WebSocketClient::is_open() const noexcept { return impl_->is_open(); }
const std::string& WebSocketClient::subprotocol() const noexcept { return impl_->subprotocol(); }
std::uint16_t WebSocketClient::close_code() const noexcept { return impl_->close_code(); }
const std::string& WebSocketClient::close_reason() const noexcept { return impl_->close_reason(); }

}  // namespace sio
