#include <sio/websocket_client.hpp>

#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <mutex>
#include <utility>

#include <sio/asio.hpp>
#include <sio/error.hpp>
#include <sio/semaphore.hpp>

#include "client/stream.hpp"
#include "client/url.hpp"
#include "io/limited.hpp"

namespace sio {

using client::Url;
namespace websocket = boost::beast::websocket;

/// What there is over TLS and without.
struct WebSocketClient::Impl {
    virtual ~Impl() = default;
    virtual void handshake(const Url& url, const WebSocketClientOptions& options) = 0;
    virtual std::optional<Message> receive() = 0;
    virtual void send(std::string_view data, bool binary) = 0;
    virtual void close(std::uint16_t code, std::string_view reason) = 0;
    virtual void cut() noexcept = 0;

    bool open = true;
    bool receiving = false;
    bool closing = false;
    Duration close_timeout = forever;
    std::string subprotocol;
    std::uint16_t close_code = 0;
    std::string close_reason;
    Semaphore sending{1};
};

namespace {

template <class Stream>
class Link final : public WebSocketClient::Impl {
public:
    explicit Link(Stream stream) : stream_(std::move(stream)) {}

    void handshake(const Url& url, const WebSocketClientOptions& options) override {
        stream_.read_message_max(options.max_message_bytes);
        stream_.set_option(websocket::stream_base::decorator([&](websocket::request_type& request) {
            for (const auto& [name, value] : options.headers) request.set(name, value);
            std::string offered;
            for (const std::string& each : options.subprotocols) offered += (offered.empty() ? "" : ", ") + each;
            if (!offered.empty()) request.set(boost::beast::http::field::sec_websocket_protocol, offered);
        }));
        websocket::response_type response;
        boost::system::error_code error;
        stream_.async_handshake(response, url.authority(), url.target, yield[error]);
        if (error) client::fail(error, "WebSocket handshake with " + url.text());
        const auto agreed = response[boost::beast::http::field::sec_websocket_protocol];
        subprotocol.assign(agreed.data(), agreed.size());
    }

    std::optional<Message> receive() override {
        boost::system::error_code error;
        stream_.async_read(buffer_, yield[error]);
        if (error) {
            ended();
            return std::nullopt;
        }
        Message message{boost::beast::buffers_to_string(buffer_.data()), stream_.got_binary()};
        buffer_.consume(buffer_.size());
        return message;
    }

    void send(std::string_view data, bool binary) override {
        stream_.binary(binary);
        boost::system::error_code error;
        stream_.async_write(boost::asio::buffer(data), yield[error]);
        if (error) {
            if (!receiving) ended();
            throw Error(errc::connection_closed, "WebSocket: " + error.message());
        }
    }

    void close(std::uint16_t code, std::string_view reason) override {
        boost::system::error_code error;
        const websocket::close_reason why(static_cast<websocket::close_code>(code), {reason.data(), reason.size()});
        stream_.async_close(why, yield[error]);
        if (!receiving) ended();
    }

    void cut() noexcept override {
        boost::system::error_code ignored;
        boost::beast::get_lowest_layer(stream_).close(ignored);
    }

private:
    void ended() {
        open = false;
        const auto& reason = stream_.reason();
        close_code = reason.code == websocket::close_code::none && !stream_.is_open() && !closing ? 1006 : reason.code;
        if (close_code == 0) close_code = closing ? 1005 : 1006;
        close_reason.assign(reason.reason.data(), reason.reason.size());
    }

    websocket::stream<Stream> stream_;
    boost::beast::flat_buffer buffer_;
};

std::unique_ptr<WebSocketClient::Impl> connect(const Url& url, const WebSocketClientOptions& options) {
    auto socket = client::connect(url);
    std::unique_ptr<WebSocketClient::Impl> link;
    if (url.is_tls()) {
        auto context = client::make_tls_context(options.tls);  // the stream keeps what it needs of it
        link = std::make_unique<Link<client::Tls>>(client::secure(std::move(socket), context, url, options.tls));
    } else {
        link = std::make_unique<Link<client::Tcp>>(std::move(socket));
    }
    link->close_timeout = options.close_timeout;
    link->handshake(url, options);
    return link;
}

}  // namespace

WebSocketClient::WebSocketClient(std::string_view text, WebSocketClientOptions options) {
    const Url url = Url::parse(text);
    if (url.scheme != "ws" && url.scheme != "wss") {
        throw Error(errc::invalid_value, "WebSocketClient: neither ws nor wss: " + url.text());
    }
    if (!io::within(options.connect_timeout, [&] { impl_ = connect(url, options); })) {
        throw Timeout("connect to " + url.text());
    }
}

WebSocketClient::~WebSocketClient() = default;
WebSocketClient::WebSocketClient(WebSocketClient&& other) noexcept = default;
WebSocketClient& WebSocketClient::operator=(WebSocketClient&& other) noexcept = default;

std::optional<Message> WebSocketClient::receive(Duration limit) {
    if (!impl_->open) return std::nullopt;
    struct Receiving {
        bool& flag;
        ~Receiving() { flag = false; }
    } receiving{impl_->receiving};
    impl_->receiving = true;
    std::optional<Message> message;
    if (!io::within(limit, [&] { message = impl_->receive(); })) {
        impl_->cut();
        throw Timeout("WebSocketClient::receive");
    }
    return message;
}

void WebSocketClient::send(const Message& message) {
    const std::lock_guard lock(impl_->sending);
    if (!impl_->open || impl_->closing) throw Error(errc::connection_closed, "WebSocket: closed");
    impl_->send(message.data, message.binary);
}

void WebSocketClient::send_text(std::string_view text) {
    const std::lock_guard lock(impl_->sending);
    if (!impl_->open || impl_->closing) throw Error(errc::connection_closed, "WebSocket: closed");
    impl_->send(text, false);
}

void WebSocketClient::send_binary(std::string_view bytes) {
    const std::lock_guard lock(impl_->sending);
    if (!impl_->open || impl_->closing) throw Error(errc::connection_closed, "WebSocket: closed");
    impl_->send(bytes, true);
}

// A server that does not answer is cut off.
void WebSocketClient::close(std::uint16_t code, std::string_view reason) {
    const std::lock_guard lock(impl_->sending);
    if (!impl_->open || std::exchange(impl_->closing, true)) return;
    if (!io::within(impl_->close_timeout, [&] { impl_->close(code, reason); })) impl_->cut();
}

bool WebSocketClient::is_open() const noexcept { return impl_->open; }
const std::string& WebSocketClient::subprotocol() const noexcept { return impl_->subprotocol; }
std::uint16_t WebSocketClient::close_code() const noexcept { return impl_->close_code; }
const std::string& WebSocketClient::close_reason() const noexcept { return impl_->close_reason; }

}  // namespace sio
