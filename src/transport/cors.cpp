#include "transport/cors.hpp"

#include <algorithm>
#include <string>

#include "transport/decorated_exchange.hpp"
#include "transport/origin.hpp"
#include "util/ascii.hpp"

namespace sio::transport {

namespace {

std::string join(const std::vector<std::string>& items) {
    std::string text;
    for (const auto& item : items) {
        if (!text.empty()) text += ", ";
        text += item;
    }
    return text;
}

}  // namespace

bool origin_allowed(const CorsOptions& options, std::string_view origin) noexcept {
    const auto asking = read_origin(origin);
    return std::ranges::any_of(options.allowed_origins, [&](const std::string& allowed) {
        if (allowed == "*" || util::ascii_iequals(allowed, origin)) return true;
        const auto listed = asking ? read_origin(allowed) : std::nullopt;
        return listed && same_origin(*listed, *asking);
    });
}

bool websocket_origin_allowed(const CorsOptions& options, const HttpRequest& request) noexcept {
    const std::string_view origin = request.headers.get("Origin");
    if (origin.empty() || origin_allowed(options, origin)) return true;
    const auto page = read_origin(origin);
    return page && is_origin_of(*page, request.headers.get("Host"));
}

bool script_origin_allowed(const CorsOptions& options, const HttpRequest& request) noexcept {
    const std::string_view site = request.headers.get("Sec-Fetch-Site");
    if (site.empty() || site == "same-origin" || site == "none") return true;
    // Requests for scripts carry no Origin.
    const std::string_view page = request.headers.get("Referer");
    const std::size_t mark = page.find("://");
    const std::size_t end = mark == std::string_view::npos ? 0 : page.find('/', mark + 3);
    return origin_allowed(options, page.substr(0, end));
}

void add_cors_headers(const CorsOptions& options, const HttpRequest& request, Headers& headers) {
    if (!options.enabled()) return;
    const bool any = std::ranges::find(options.allowed_origins, "*") != options.allowed_origins.end();
    if (any && !options.allow_credentials) return headers.set("Access-Control-Allow-Origin", "*");

    // The answer depends on who asks, also when it is a refusal: caches must know.
    headers.add("Vary", "Origin");
    const std::string_view origin = request.headers.get("Origin");
    if (origin.empty() || !origin_allowed(options, origin)) return;
    headers.set("Access-Control-Allow-Origin", origin);
    if (options.allow_credentials) headers.set("Access-Control-Allow-Credentials", "true");
}

Response cors_preflight(const CorsOptions& options, const HttpRequest& request) {
    Response response;
    response.status = 204;
    add_cors_headers(options, request, response.headers);
    if (!response.headers.contains("Access-Control-Allow-Origin")) return response;

    response.headers.set("Access-Control-Allow-Methods", join(options.allowed_methods));
    const std::string_view asked = request.headers.get("Access-Control-Request-Headers");
    if (!options.allowed_headers.empty()) {
        response.headers.set("Access-Control-Allow-Headers", join(options.allowed_headers));
    } else if (!asked.empty()) {
        response.headers.add("Vary", "Access-Control-Request-Headers");
        response.headers.set("Access-Control-Allow-Headers", asked);
    }
    if (options.max_age.count() > 0) {
        response.headers.set("Access-Control-Max-Age", std::to_string(options.max_age.count()));
    }
    return response;
}

ExchangePtr apply_cors(const CorsOptions& options, ExchangePtr exchange) {
    if (!options.enabled()) return exchange;
    if (exchange->request().method == "OPTIONS") {
        exchange->respond(cors_preflight(options, exchange->request()));
        return nullptr;
    }
    Headers fields;
    add_cors_headers(options, exchange->request(), fields);
    return decorate(std::move(exchange), std::move(fields));
}

}  // namespace sio::transport
