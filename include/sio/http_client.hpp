#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <sio/client_tls.hpp>
#include <sio/detail/wait_queue.hpp>
#include <sio/headers.hpp>

namespace sio {

/// What to ask for, besides the URL.
struct FetchOptions {
    /// Any token; `GET`, `POST`, ...
    std::string method = "GET";
    /// In addition to `Host`, `User-Agent`, `Accept` and `Content-Length`, or in place of them.
    Headers headers = {};
    std::string body = {};
};

/// An answer, whatever its status.
struct FetchResponse {
    int status = 0;
    Headers headers;
    std::string body;
    /// Where it came from: another URL than the one asked for after a redirect.
    std::string url;

    /// Whether the status is 200 to 299.
    bool ok() const noexcept { return status >= 200 && status < 300; }
};

struct HttpClientOptions {
    /// For a whole fetch(): name, connection, TLS, request, answer and redirects. `forever`: none.
    Duration timeout = std::chrono::seconds(30);
    /// Of an answer; beyond, fetch() throws Error(errc::limit_exceeded).
    std::size_t max_body_bytes = 16'000'000;
    /// 0: answers that redirect are returned as they are.
    unsigned max_redirects = 5;
    /// Connections that are kept for the next request, of all hosts together. 0: none.
    std::size_t max_idle = 16;
    /// How long they are kept.
    std::chrono::seconds idle_timeout{30};
    std::string user_agent = "sio";
    ClientTls tls = {};
};

/// An HTTP/1.1 client for greenlets: sequential code that waits without a thread.
///
///     sio::HttpClient http;
///     auto reply = http.fetch("https://api.example.org/users/1");
///     if (reply.ok()) use(reply.body);
///
/// Connections are kept and used again. Any number of greenlets may use one client; each request has its connection for
/// itself. Redirects are followed as browsers do, but never from https to http, and without `Authorization` and `Cookie` to
/// another origin. Bodies come as they are: nothing is asked for in compressed form.
///
/// Threads: belongs to the loop on which it is first used, and must end before that loop does.
/// Errors: an answer is never one. Error(errc::invalid_value) for what is no http or https URL, or no method;
/// Error(errc::connection_closed) when the server went away before its answer was complete, std::system_error
/// (connection refused, certificate verify failed, bad status line, ...), Error(errc::limit_exceeded), Timeout, and
/// what blocking calls throw.
class HttpClient {
public:
    explicit HttpClient(HttpClientOptions options = {});
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    FetchResponse fetch(std::string_view url, FetchOptions options = {});

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// One request by a client of its own.
FetchResponse fetch(std::string_view url, FetchOptions options = {}, HttpClientOptions client = {.max_idle = 0});

}  // namespace sio
