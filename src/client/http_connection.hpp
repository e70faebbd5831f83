#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <chrono>
#include <cstddef>
#include <variant>

#include <sio/http_client.hpp>

#include "client/stream.hpp"

namespace sio::client {

/// A connection to an origin on which one request after the other is made.
class HttpConnection {
public:
    HttpConnection(const Url& url, boost::asio::ssl::context* tls, const HttpClientOptions& options);

    /// Makes a request. Throws as fail() does; the connection is then of no use.
    FetchResponse exchange(const Url& url, const FetchOptions& request, const HttpClientOptions& options);

    /// Whether the server has said that it takes another request, and has not closed since.
    bool is_reusable();
    bool serves(const Url& url) const noexcept { return origin_.same_origin(url); }

    /// Whether anything of the present answer has come.
    bool answer_begun() const noexcept { return answer_begun_; }
    std::chrono::steady_clock::time_point idle_since() const noexcept { return idle_since_; }

private:
    Tcp& socket() noexcept;

    Url origin_;
    std::variant<Tcp, Tls> stream_;
    boost::beast::flat_buffer buffer_;
    bool keep_alive_ = false;
    bool answer_begun_ = false;
    std::chrono::steady_clock::time_point idle_since_;
};

}  // namespace sio::client
