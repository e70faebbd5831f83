#include "client/http_connection.hpp"

#include <array>
#include <utility>

#include "client/request_text.hpp"
#include "client/response_parser.hpp"
#include "util/ascii.hpp"

namespace sio::client {

namespace {

constexpr std::size_t read_bytes = 16 * 1024;

std::string text_of(const Url& url, const FetchOptions& options, const std::string& user_agent) {
    Headers fields{{"Host", url.authority()}, {"User-Agent", user_agent}, {"Accept", "*/*"}};
    const auto& method = options.method;
    if (!options.body.empty() || method == "POST" || method == "PUT" || method == "PATCH") {
        fields.set("Content-Length", std::to_string(options.body.size()));
    }
    return request_text(method, url.target, with_given(std::move(fields), options.headers)) + options.body;
}

}  // namespace

HttpConnection::HttpConnection(const Url& url, ssl_ctx_st* tls, const HttpClientOptions& options)
    : origin_(url), stream_({url.host, url.port}, url.authority()) {
    if (tls != nullptr) stream_.secure(tls, url.host, options.tls);
}

FetchResponse HttpConnection::exchange(const Url& url, const FetchOptions& options, const HttpClientOptions& client) {
    keep_alive_ = false;
    answer_begun_ = false;
    stream_.write(text_of(url, options, client.user_agent));

    ResponseParser parser(options.method == "HEAD", client.max_body_bytes);
    std::string received;
    std::array<char, read_bytes> buffer;
    while (!parser.done()) {
        const std::size_t got = stream_.read_some(buffer.data(), buffer.size());
        if (got == 0) {
            parser.feed_end();
            break;
        }
        answer_begun_ = true;
        received.append(buffer.data(), got);
        received.erase(0, parser.feed(received));
    }
    FetchResponse response = std::move(parser.response());
    const bool asked_to_close = util::list_has_token(options.headers.combined("Connection"), "close");
    keep_alive_ = parser.keep_alive() && received.empty() && !asked_to_close;
    idle_since_ = std::chrono::steady_clock::now();
    response.url = url.text();
    return response;
}

}  // namespace sio::client
