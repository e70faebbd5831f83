#pragma once

#include <chrono>
#include <string>

#include <sio/http_client.hpp>

#include "client/stream.hpp"
#include "client/url.hpp"

namespace sio::client {

/// A connection to an origin on which one request after the other is made.
class HttpConnection {
public:
    /// Blocks until connected. `tls` is null for http.
    HttpConnection(const Url& url, ssl_ctx_st* tls, const HttpClientOptions& options);

    /// Makes a request. Throws as Stream and ResponseParser do; the connection is then of no use.
    FetchResponse exchange(const Url& url, const FetchOptions& request, const HttpClientOptions& options);

    /// Whether the server has said that it takes another request, and has not closed since.
    bool is_reusable() const noexcept { return keep_alive_ && stream_.is_silent(); }
    bool serves(const Url& url) const noexcept { return origin_.same_origin(url); }
    /// Whether anything of the present answer has come.
    bool answer_begun() const noexcept { return answer_begun_; }
    std::chrono::steady_clock::time_point idle_since() const noexcept { return idle_since_; }

private:
    Url origin_;
    Stream stream_;
    bool keep_alive_ = false;
    bool answer_begun_ = false;
    std::chrono::steady_clock::time_point idle_since_;
};

}  // namespace sio::client
