#include <doctest/doctest.h>

#include "transport/cors.hpp"

using namespace sio;

namespace {

HttpRequest from(std::string_view origin, std::string_view host = "example.org") {
    HttpRequest request;
    request.headers.add("Host", host);
    if (!origin.empty()) request.headers.add("Origin", origin);
    return request;
}

Headers cors(const CorsOptions& options, std::string_view origin) {
    Headers headers;
    transport::add_cors_headers(options, from(origin), headers);
    return headers;
}

}  // namespace

TEST_CASE("without configuration nothing is said about origins") { CHECK(cors({}, "https://evil.example").empty()); }

TEST_CASE("any origin is answered with a star, but by its name where credentials are allowed") {
    CorsOptions options;
    options.allowed_origins = {"*"};
    CHECK(cors(options, "https://a.example").get("Access-Control-Allow-Origin") == "*");
    CHECK(cors(options, "").get("Access-Control-Allow-Origin") == "*");
    options.allow_credentials = true;
    const auto headers = cors(options, "https://a.example");
    CHECK(headers.get("Access-Control-Allow-Origin") == "https://a.example");
    CHECK(headers.get("Access-Control-Allow-Credentials") == "true");
    CHECK(headers.get("Vary") == "Origin");
}

TEST_CASE("an origin that is not listed gets no permission, and caches are told that it depends") {
    CorsOptions options;
    options.allowed_origins = {"https://good.example"};
    const auto refused = cors(options, "https://good.example.evil.example");
    CHECK_FALSE(refused.contains("Access-Control-Allow-Origin"));
    CHECK(refused.get("Vary") == "Origin");
    CHECK(cors(options, "https://good.example").get("Access-Control-Allow-Origin") == "https://good.example");
}

TEST_CASE("a preflight answer names methods, and the headers that were asked for") {
    CorsOptions options;
    options.allowed_origins = {"https://good.example"};
    options.max_age = std::chrono::seconds(600);
    auto request = from("https://good.example");
    request.method = "OPTIONS";
    request.headers.add("Access-Control-Request-Headers", "x-token");
    auto response = transport::cors_preflight(options, request);
    CHECK(response.status == 204);
    CHECK(response.headers.get("Access-Control-Allow-Methods") == "GET, POST");
    CHECK(response.headers.get("Access-Control-Allow-Headers") == "x-token");
    CHECK(response.headers.get("Access-Control-Max-Age") == "600");
    options.allowed_headers = {"content-type"};
    response = transport::cors_preflight(options, request);
    CHECK(response.headers.get("Access-Control-Allow-Headers") == "content-type");
    CHECK_FALSE(transport::cors_preflight(options, from("https://evil.example"))
                    .headers.contains("Access-Control-Allow-Methods"));
}

TEST_CASE("a WebSocket may be opened by no page, a page of the same host, or one that is listed") {
    CorsOptions options;
    CHECK(transport::websocket_origin_allowed(options, from("")));
    CHECK(transport::websocket_origin_allowed(options, from("http://example.org")));
    CHECK(transport::websocket_origin_allowed(options, from("http://example.org:80")));
    CHECK(transport::websocket_origin_allowed(options, from("https://example.org:443", "Example.org")));
    CHECK(transport::websocket_origin_allowed(options, from("http://127.0.0.1:5000", "127.0.0.1:5000")));
    CHECK_FALSE(transport::websocket_origin_allowed(options, from("http://example.org:8080")));
    CHECK_FALSE(transport::websocket_origin_allowed(options, from("http://evil.example")));
    CHECK_FALSE(transport::websocket_origin_allowed(options, from("null")));
    CHECK(transport::websocket_origin_allowed(options, from("wss://example.org", "example.org:443")));
    CHECK(transport::websocket_origin_allowed(options, from("127.0.0.1:5000", "127.0.0.1:5000")));
    options.allowed_origins = {"http://evil.example"};
    CHECK(transport::websocket_origin_allowed(options, from("http://evil.example")));
    CHECK(transport::websocket_origin_allowed(options, from("ws://evil.example:80")));
    CHECK_FALSE(transport::websocket_origin_allowed(options, from("wss://evil.example")));
    options.allowed_origins = {"*"};
    CHECK(transport::websocket_origin_allowed(options, from("null")));
}

TEST_CASE(
    "a script may be had by pages of the same origin, by those that are listed, and by browsers that do not say") {
    const auto asks = [](std::string_view site, std::string_view page) {
        HttpRequest request;
        if (!site.empty()) request.headers.add("Sec-Fetch-Site", site);
        if (!page.empty()) request.headers.add("Referer", page);
        return request;
    };
    CorsOptions options;
    CHECK(transport::script_origin_allowed(options, asks("", "")));
    CHECK(transport::script_origin_allowed(options, asks("", "http://evil.example/")));
    CHECK(transport::script_origin_allowed(options, asks("same-origin", "")));
    CHECK(transport::script_origin_allowed(options, asks("none", "")));
    for (const std::string_view site : {"cross-site", "same-site", "other"}) {
        CHECK_FALSE(transport::script_origin_allowed(options, asks(site, "")));
        CHECK_FALSE(transport::script_origin_allowed(options, asks(site, "http://good.example/chat")));
    }
    options.allowed_origins = {"http://good.example"};
    CHECK(transport::script_origin_allowed(options, asks("cross-site", "http://good.example/chat")));
    CHECK(transport::script_origin_allowed(options, asks("cross-site", "http://good.example")));
    CHECK_FALSE(transport::script_origin_allowed(options, asks("cross-site", "http://good.example.evil/")));
    CHECK_FALSE(transport::script_origin_allowed(options, asks("cross-site", "")));
    options.allowed_origins = {"*"};
    CHECK(transport::script_origin_allowed(options, asks("cross-site", "")));
}
