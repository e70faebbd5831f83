#include "client/http_connection.hpp"

#include <sys/socket.h>

#include <boost/beast/http.hpp>
#include <cerrno>
#include <utility>

#include <sio/asio.hpp>

namespace sio::client {

namespace http = boost::beast::http;

namespace {

constexpr std::uint32_t max_head_bytes = 64 * 1024;

http::request<http::string_body> message_of(const Url& url, const FetchOptions& options,
                                            const std::string& user_agent) {
    http::request<http::string_body> message;
    message.version(11);
    message.method_string(options.method);
    message.target(url.target);
    message.set(http::field::host, url.authority());
    message.set(http::field::user_agent, user_agent);
    message.set(http::field::accept, "*/*");
    for (const auto& [name, value] : options.headers) message.erase(name);
    for (const auto& [name, value] : options.headers) message.insert(name, value);
    message.body() = options.body;
    const auto verb = message.method();
    if (!options.body.empty() || verb == http::verb::post || verb == http::verb::put || verb == http::verb::patch) {
        message.content_length(options.body.size());
    }
    return message;
}

template <class Stream>
http::response<http::string_body> talk(Stream& stream, boost::beast::flat_buffer& buffer,
                                       http::request<http::string_body>& request, std::size_t max_body_bytes,
                                       bool& answer_begun) {
    boost::system::error_code error;
    http::async_write(stream, request, yield[error]);
    if (error) fail(error, "send a request");
    for (;;) {
        http::response_parser<http::string_body> parser;
        parser.header_limit(max_head_bytes);
        parser.body_limit(max_body_bytes);
        if (request.method() == http::verb::head) parser.skip(true);
        http::async_read_header(stream, buffer, parser, yield[error]);
        answer_begun = parser.got_some() || buffer.size() > 0;
        if (error) fail(error, "receive an answer");
        // 1xx: the answer comes later (RFC 9110, 15.2). Nobody asked for an upgrade.
        if (parser.get().result_int() < 200) continue;
        http::async_read(stream, buffer, parser, yield[error]);
        if (error) fail(error, "receive an answer");
        return parser.release();
    }
}

}  // namespace

HttpConnection::HttpConnection(const Url& url, boost::asio::ssl::context* tls, const HttpClientOptions& options)
    : origin_(url), stream_(connect(url)) {
    if (tls) stream_ = secure(std::move(std::get<Tcp>(stream_)), *tls, url, options.tls);
}

Tcp& HttpConnection::socket() noexcept {
    if (auto* tls = std::get_if<Tls>(&stream_)) return tls->next_layer();
    return *std::get_if<Tcp>(&stream_);
}

FetchResponse HttpConnection::exchange(const Url& url, const FetchOptions& options, const HttpClientOptions& client) {
    keep_alive_ = false;
    answer_begun_ = false;
    auto request = message_of(url, options, client.user_agent);
    auto message = std::visit(
        [&](auto& stream) { return talk(stream, buffer_, request, client.max_body_bytes, answer_begun_); }, stream_);
    keep_alive_ = message.keep_alive() && request.keep_alive();
    idle_since_ = std::chrono::steady_clock::now();
    FetchResponse response;
    response.status = static_cast<int>(message.result_int());
    for (const auto& field : message) {
        response.headers.add({field.name_string().data(), field.name_string().size()},
                             {field.value().data(), field.value().size()});
    }
    response.body = std::move(message.body());
    response.url = url.text();
    return response;
}

// An idle connection has nothing to say: something to read is its end.
bool HttpConnection::is_reusable() {
    if (!keep_alive_ || buffer_.size() > 0) return false;
    char byte;
    return ::recv(socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
           (errno == EAGAIN || errno == EWOULDBLOCK);
}

}  // namespace sio::client
