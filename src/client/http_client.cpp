#include <sio/http_client.hpp>

#include <algorithm>
#include <list>
#include <optional>
#include <utility>

#include <sio/error.hpp>

#include "client/http_connection.hpp"
#include "client/url.hpp"
#include "http/ascii.hpp"
#include "io/limited.hpp"
#include "util/ascii.hpp"
#include "util/timer_wheel.hpp"

namespace sio {

using client::HttpConnection;
using client::Url;

namespace {

bool is_redirect(int status) noexcept {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// A request may have reached the server although its connection broke; these may be made twice (RFC 9110, 9.2.2).
bool is_idempotent(const std::string& method) noexcept {
    return method == "GET" || method == "HEAD" || method == "PUT" || method == "DELETE" || method == "OPTIONS";
}

bool is_http(const Url& url) noexcept { return url.scheme == "http" || url.scheme == "https"; }

/// What is asked for after a redirect.
void redirect(FetchOptions& request, int status, bool same_origin) {
    if (status == 303 ? request.method != "HEAD" : (status == 301 || status == 302) && request.method == "POST") {
        request.method = "GET";
        request.body.clear();
        request.headers.erase("Content-Type");
        request.headers.erase("Content-Length");
    }
    if (same_origin) return;
    for (const char* name : {"Authorization", "Cookie", "Proxy-Authorization", "Host"}) request.headers.erase(name);
}

/// Where a `Location` leads; nothing when a client of HTTP cannot go there. Servers write what they like there, and the answer is
/// one all the same.
std::optional<Url> target_of(const Url& url, std::string_view location) {
    try {
        Url next = url.resolve(client::encode_location(util::trim_ows(location)));
        return is_http(next) ? std::optional(std::move(next)) : std::nullopt;
    } catch (const Error&) {
        return std::nullopt;
    }
}

}  // namespace

struct HttpClient::Impl {
    using Connections = std::list<HttpConnection>;

    explicit Impl(HttpClientOptions given) : options(std::move(given)) {}

    FetchResponse fetch(Url url, FetchOptions request) {
        for (unsigned redirects = 0;; ++redirects) {
            FetchResponse response = exchange(url, request);
            const std::string_view location = response.headers.get("Location");
            if (!is_redirect(response.status) || location.empty() || redirects == options.max_redirects)
                return response;
            std::optional<Url> next = target_of(url, location);
            if (!next || (url.is_tls() && !next->is_tls())) return response;
            redirect(request, response.status, next->same_origin(url));
            url = std::move(*next);
        }
    }

    FetchResponse exchange(const Url& url, const FetchOptions& request) {
        if (auto kept = take_idle(url); !kept.empty()) {
            try {
                return finish(std::move(kept), url, request);
            } catch (const Error& error) {
                // The server gave the connection up while the request was on its way.
                const bool again = error.code() == errc::connection_closed && is_idempotent(request.method);
                if (!again || kept.front().answer_begun()) throw;
            }
        }
        Connections fresh;
        fresh.emplace_back(url, url.is_tls() ? tls() : nullptr, options);
        return finish(std::move(fresh), url, request);
    }

    FetchResponse finish(Connections&& connection, const Url& url, const FetchOptions& request) {
        FetchResponse response = connection.front().exchange(url, request, options);
        if (idle.size() < options.max_idle && connection.front().is_reusable()) idle.splice(idle.end(), connection);
        return response;
    }

    // The one that was used last: the others may be given up.
    Connections take_idle(const Url& url) {
        const auto now = std::chrono::steady_clock::now();
        const auto longest = util::clamped(options.idle_timeout);
        idle.remove_if([&](HttpConnection& each) { return now - each.idle_since() > longest || !each.is_reusable(); });
        Connections found;
        const auto last = std::find_if(idle.rbegin(), idle.rend(), [&](const auto& each) { return each.serves(url); });
        if (last != idle.rend()) found.splice(found.end(), idle, std::prev(last.base()));
        return found;
    }

    ssl_ctx_st* tls() {
        if (!tls_context) tls_context = client::shared_tls_context(options.tls);
        return tls_context.get();
    }

    const HttpClientOptions options;
    client::TlsContext tls_context;
    Connections idle;
};

HttpClient::HttpClient(HttpClientOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}

HttpClient::~HttpClient() = default;

FetchResponse HttpClient::fetch(std::string_view url, FetchOptions options) {
    Url parsed = Url::parse(url);
    if (!is_http(parsed)) {
        throw Error(errc::invalid_value, "fetch: neither http nor https: " + parsed.text());
    }
    if (!http::is_token(options.method)) throw Error(errc::invalid_value, "fetch: not a method");
    std::optional<FetchResponse> response;
    const std::string what = options.method + ' ' + parsed.text();
    if (!io::within(impl_->options.timeout, [&] { response = impl_->fetch(std::move(parsed), std::move(options)); })) {
        throw TimeoutError(what);
    }
    return std::move(*response);
}

FetchResponse fetch(std::string_view url, FetchOptions options, HttpClientOptions client) {
    return HttpClient(std::move(client)).fetch(url, std::move(options));
}

}  // namespace sio
