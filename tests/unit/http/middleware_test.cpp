#include <sio/access_log.hpp>
#include <sio/basic_auth.hpp>
#include <sio/trust_proxy.hpp>

#include <stdexcept>
#include <string>
#include <vector>

#include <sio/http_error.hpp>

#include <doctest/doctest.h>

#include "unit/http/request.hpp"

using sio::Environ;
using sio::HttpError;
using sio::Response;

namespace {

/// The line that a request leaves in the log, without its time and duration.
std::string logged(
    Environ environ, sio::App app = [](Environ&) { return Response::text("hello"); },
    sio::AccessLogOptions::Format format = sio::AccessLogOptions::Format::combined) {
    std::vector<std::string> lines;
    sio::AccessLogOptions options;
    options.format = format;
    options.write = [&](std::string_view line) { lines.emplace_back(line); };
    try {
        sio::access_log(options)(std::move(app))(environ);
    } catch (const std::exception&) {
    }
    REQUIRE(lines.size() == 1);
    auto line = lines.front();
    const auto open = line.find('[');
    const auto close = line.find(']');
    REQUIRE(close - open == 27);
    CHECK(line.substr(close - 6, 6) == " +0000");
    const auto duration = line.rfind(' ');
    CHECK(line.ends_with("ms"));
    return line.substr(0, open) + "[]" + line.substr(close + 1, duration - close - 1);
}

}  // namespace

TEST_CASE("the access log has Apache's combined format") {
    CHECK(logged(test::request("GET", "/a%20b?x=1",
                               {{"Referer", "http://example.org/"}, {"User-Agent", "Mozilla/5.0"}})) ==
          "192.0.2.7 - - [] \"GET /a%20b?x=1 HTTP/1.1\" 200 5 \"http://example.org/\" \"Mozilla/5.0\"");
    CHECK(logged(
              test::request("GET", "/"), [](Environ&) { return Response(204); },
              sio::AccessLogOptions::Format::common) == "192.0.2.7 - - [] \"GET / HTTP/1.1\" 204 0");
    CHECK(logged(test::request("GET", "/", {{"Authorization", "Basic YW5uIHg6cHc="}}))
              .starts_with("192.0.2.7 - ann\\x20x [] "));
}

TEST_CASE("what a client sends cannot forge a line of the log") {
    CHECK(logged(test::request("GET", "/\"x\\y\n\x1b[2J\xc3\xa9", {{"User-Agent", "a\"b\tc"}})) ==
          "192.0.2.7 - - [] \"GET /\\\"x\\\\y\\x0a\\x1b[2J\\xc3\\xa9 HTTP/1.1\" 200 5 \"-\" \"a\\\"b\\x09c\"");
}

TEST_CASE("the access log counts files and knows streams and errors") {
    const auto ends = [](sio::App app) {
        const auto line = logged(test::request("GET", "/"), std::move(app), sio::AccessLogOptions::Format::common);
        return line.substr(line.rfind('"') + 2);
    };
    CHECK(ends([](Environ&) {
              Response response;
              response.file = std::make_shared<sio::FileBody>(sio::FileBody{"/x", 10, 90});
              return response;
          }) == "200 90");
    CHECK(ends([](Environ&) { return Response::stream("text/plain", [](sio::BodyWriter&) {}); }) == "200 -");
    CHECK(ends([](Environ&) -> Response { throw HttpError(404); }) == "404 -");
    CHECK(ends([](Environ&) -> Response { throw std::runtime_error("x"); }) == "500 -");
    CHECK(ends([](Environ& environ) {
              const Environ kept(std::move(environ));
              return Response(200);
          }) == "200 0");
}

TEST_CASE("exceptions pass the access log") {
    sio::AccessLogOptions options;
    options.write = [](std::string_view) {};
    auto environ = test::request("GET", "/");
    const auto app = sio::access_log(options)([](Environ&) -> Response { throw HttpError(404); });
    CHECK_THROWS_AS(app(environ), HttpError);
}

TEST_CASE("basic credentials are read, and malformed ones are none") {
    const auto read = [](std::string field) {
        return sio::basic_credentials(test::request("GET", "/", {{"Authorization", std::move(field)}}));
    };
    REQUIRE(read("Basic YW5uOnM6dw=="));
    CHECK(read("Basic YW5uOnM6dw==")->user == "ann");
    CHECK(read("Basic YW5uOnM6dw==")->password == "s:w");
    CHECK(read("basic  YW5uOg==")->password.empty());
    for (const char* field :
         {"", "Basic", "Basic ", "Basic !!!", "Basic YW5u", "Bearer YW5uOnM6dw==", "BasicYW5uOnM6dw=="}) {
        CAPTURE(std::string(field));
        CHECK_FALSE(read(field));
    }
    CHECK_FALSE(sio::basic_credentials(test::request("GET", "/")));
}

TEST_CASE("basic auth lets in who the check knows and challenges the others") {
    const auto app = sio::basic_auth("the \"realm\"", [](const sio::BasicCredentials& c) {
        return c.user == "ann" && c.password == "pw";
    })([](Environ& environ) { return Response::text(environ.get<sio::BasicCredentials>()->user); });
    CHECK(test::get(app, "/", {{"Authorization", "Basic YW5uOnB3"}}).body == "ann");
    for (const char* field : {"Basic YW5uOnB4", "nonsense"}) {
        try {
            test::get(app, "/", {{"Authorization", field}});
            FAIL("let in");
        } catch (const HttpError& error) {
            CHECK(error.status() == 401);
            CHECK(error.headers().get("WWW-Authenticate") == "Basic realm=\"the \\\"realm\\\"\", charset=\"UTF-8\"");
        }
    }
}

TEST_CASE("behind a proxy the client is who the proxy says") {
    const auto seen = [](sio::Headers headers, int proxies = 1) {
        auto environ = test::request("GET", "/", std::move(headers));
        std::string text;
        sio::trust_proxy(proxies)([&](Environ& e) {
            text = e.remote_address() + ' ' + e.origin();
            return Response(200);
        })(environ);
        return text;
    };
    CHECK(seen({}) == "192.0.2.7 http://example.org");
    CHECK(seen({{"X-Forwarded-For", "198.51.100.9"},
                {"X-Forwarded-Proto", "https"},
                {"X-Forwarded-Host", "chat.example:8443"}}) == "198.51.100.9 https://chat.example:8443");
    CHECK(seen({{"X-Forwarded-For", "6.6.6.6, 198.51.100.9"}}) == "198.51.100.9 http://example.org");
    CHECK(seen({{"X-Forwarded-For", "6.6.6.6"}, {"X-Forwarded-For", "2001:db8::1"}}) ==
          "2001:db8::1 http://example.org");
    CHECK(seen({{"X-Forwarded-For", "6.6.6.6, 198.51.100.9, 10.0.0.1"}}, 2) == "198.51.100.9 http://example.org");
    CHECK(seen({{"X-Forwarded-For", "198.51.100.9"}}, 2) == "192.0.2.7 http://example.org");
    CHECK(seen({{"X-Forwarded-For", "unknown"}, {"X-Forwarded-Proto", "gopher"}, {"X-Forwarded-Host", "a/b"}}) ==
          "192.0.2.7 http://example.org");
    CHECK_THROWS_AS(sio::trust_proxy(0), std::invalid_argument);
}
