#pragma once

#include <string_view>

#include <sio/engine_options.hpp>
#include <sio/exchange.hpp>
#include <sio/headers.hpp>
#include <sio/http_request.hpp>
#include <sio/response.hpp>

namespace sio::transport {

/// Whether `options` name `origin`.
bool origin_allowed(const CorsOptions& options, std::string_view origin) noexcept;

/// Whether a page of the origin that `request` names may open a WebSocket: one of the same host and port, or one that
/// `options` name. A request without `Origin` comes from no page.
bool websocket_origin_allowed(const CorsOptions& options, const HttpRequest& request) noexcept;

/// Whether a page may have the answer to `request` as a script, which it can read whatever its origin (JSONP): one of the
/// same origin, or one that `options` name. Browsers that say nothing of it (no `Sec-Fetch-Site`; those that need JSONP are
/// among them) pass, as do clients that are none.
bool script_origin_allowed(const CorsOptions& options, const HttpRequest& request) noexcept;

/// Adds what lets a page of the request's origin read the answer; nothing when the options do not name it.
void add_cors_headers(const CorsOptions& options, const HttpRequest& request, Headers& headers);

/// The answer to a preflight request (OPTIONS).
Response cors_preflight(const CorsOptions& options, const HttpRequest& request);

/// What every request of an endpoint goes through: a preflight request is answered, and null returned; any other comes back
/// as an exchange whose answer, whatever it will be, gets the headers.
ExchangePtr apply_cors(const CorsOptions& options, ExchangePtr exchange);

}  // namespace sio::transport
