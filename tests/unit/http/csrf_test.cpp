#include <sio/csrf.hpp>

#include <stdexcept>
#include <string>

#include <sio/form.hpp>
#include <sio/http_error.hpp>
#include <sio/router.hpp>
#include <sio/session_cookie.hpp>

#include <doctest/doctest.h>

#include "unit/http/request.hpp"

using sio::Environ;
using sio::Headers;
using sio::Response;

namespace {

/// A site with a form, and a browser that has seen it.
struct Site {
    explicit Site(sio::CsrfOptions options = {}) {
        router.use(sio::session_cookie({.keys = {"0123456789abcdef0123456789abcdef"}}));
        router.use(sio::csrf_protection(std::move(options)));
        router.get("/form", [](Environ& environ) { return Response::text(sio::csrf_token(environ)); });
        router.get("/field", [](Environ& environ) { return Response::html(sio::csrf_field(environ)); });
        router.route("POST,PUT,DELETE,PATCH", "/form", [](Environ&) { return Response::text("done"); });
        router.post("/logout", [](Environ& environ) {
            sio::rotate_csrf_token(environ);
            return Response(204);
        });
        router.any("/socket.io", [](Environ&) { return Response::text("socket"); });
    }

    Response ask(std::string method, std::string path, Headers headers = {}, std::string body = {},
                 bool secure = false) {
        if (!cookie.empty()) headers.add("Cookie", cookie);
        if (!body.empty()) headers.add("Content-Type", "application/x-www-form-urlencoded");
        auto environ = test::request(std::move(method), std::move(path), std::move(headers), std::move(body));
        if (secure) environ.set_scheme("https");
        auto response = router(environ);
        const auto set = response.headers.get("Set-Cookie");
        if (!set.empty()) cookie = set.substr(0, set.find(';'));
        return response;
    }
    std::string token() { return ask("GET", "/form").body; }
    int post(Headers headers, std::string body = {}, bool secure = false) {
        return ask("POST", "/form", std::move(headers), std::move(body), secure).status;
    }

    sio::Router router;
    std::string cookie;
};

}  // namespace

TEST_CASE("a post with the token of the session passes") {
    Site site;
    const auto token = site.token();
    CHECK(site.post({}, "csrf_token=" + token) == 200);
    CHECK(site.post({{"X-CSRF-Token", token}}) == 200);
    CHECK(site.post({{"Origin", "http://example.org"}}, "csrf_token=" + token) == 200);
    CHECK(site.post({{"Referer", "http://example.org/form?x"}}, "csrf_token=" + token) == 200);
    CHECK(site.ask("DELETE", "/form", {{"X-CSRF-Token", token}}).status == 200);
}

TEST_CASE("tokens differ each time and are all good") {
    Site site;
    const auto first = site.token();
    const auto second = site.token();
    CHECK(first != second);
    CHECK(site.post({}, "csrf_token=" + first) == 200);
    CHECK(site.post({}, "csrf_token=" + second) == 200);
}

TEST_CASE("a post without the right token is 403, with a page that says so") {
    Site site;
    const auto token = site.token();
    const auto response = site.ask("POST", "/form", {}, "a=1");
    CHECK(response.status == 403);
    CHECK(response.body.find("reload the page") != std::string::npos);
    CHECK(site.post({}) == 403);
    CHECK(site.post({}, "csrf_token=") == 403);
    CHECK(site.post({}, "csrf_token=nonsense") == 403);
    CHECK(site.post({}, "csrf_token=" + token.substr(1)) == 403);
    CHECK(site.post({}, "csrf_token=" + token + "A") == 403);
    CHECK(site.post({{"X-CSRF-Token", std::string(86, 'A')}}) == 403);
    for (const char* method : {"PUT", "DELETE", "PATCH", "UNKNOWN"}) CHECK(site.ask(method, "/form").status == 403);

    Site other;
    CHECK(site.post({}, "csrf_token=" + other.token()) == 403);
}

TEST_CASE("without a session there is no good token") {
    Site site;
    const auto token = site.token();
    site.cookie.clear();
    CHECK(site.post({}, "csrf_token=" + token) == 403);
    // Mask and secret all zero: what a missing secret must not be taken for.
    CHECK(site.post({}, "csrf_token=" + std::string(86, 'A')) == 403);
}

TEST_CASE("another site's page is refused even with a token") {
    Site site({.trusted_origins = {"https://app.example.com"}});
    const auto token = site.token();
    const auto from = [&](const char* field, const char* value) {
        return site.post({{field, value}, {"X-CSRF-Token", token}});
    };
    for (const char* origin :
         {"http://evil.example", "null", "", "http://example.org.evil.example", "https://example.org",
          "http://example.org:8080", "http://sub.example.org", "example.org", "http://example.org@evil.example"}) {
        CAPTURE(std::string(origin));
        CHECK(from("Origin", origin) == 403);
    }
    for (const char* referer : {"http://evil.example/http://example.org/", "http://example.org.evil.example/",
                                "nonsense", "", "http://example.org@evil.example/",
                                "http://evil.example\\@example.org/", "http://evil.example?http://example.org"}) {
        CAPTURE(std::string(referer));
        CHECK(from("Referer", referer) == 403);
    }
    CHECK(from("Origin", "http://EXAMPLE.org") == 200);
    CHECK(from("Origin", "http://example.org:80") == 200);
    CHECK(from("Origin", "https://app.example.com") == 200);
    CHECK(from("Referer", "https://app.example.com/page") == 200);
    CHECK(site.post({{"Origin", "http://evil.example"}, {"Referer", "http://example.org/"}, {"X-CSRF-Token", token}}) ==
          403);
}

TEST_CASE("over https the request must say where it comes from") {
    Site site;
    const auto token = site.token();
    CHECK(site.post({{"X-CSRF-Token", token}}, {}, true) == 403);
    CHECK(site.post({{"X-CSRF-Token", token}, {"Origin", "https://example.org"}}, {}, true) == 200);
    CHECK(site.post({{"X-CSRF-Token", token}, {"Referer", "https://example.org/x"}}, {}, true) == 200);
    CHECK(site.post({{"X-CSRF-Token", token}, {"Referer", "http://example.org/x"}}, {}, true) == 403);
}

TEST_CASE("safe methods and exempt paths are not checked") {
    Site site({.exempt = {"/socket.io/"}});
    CHECK(site.ask("GET", "/form").status == 200);
    CHECK(site.ask("HEAD", "/form").status == 200);
    CHECK(site.ask("OPTIONS", "/form").status == 204);
    CHECK(site.ask("POST", "/socket.io/?EIO=4").body == "socket");
    CHECK(site.ask("POST", "/socket.io").body == "socket");
    CHECK(site.ask("POST", "/socket.iox").status == 403);
    CHECK(site.ask("POST", "/form").status == 403);
}

TEST_CASE("rotation makes old tokens worthless") {
    Site site;
    const auto token = site.token();
    CHECK(site.ask("POST", "/logout", {{"X-CSRF-Token", token}}).status == 204);
    CHECK(site.post({}, "csrf_token=" + token) == 403);
    CHECK(site.post({}, "csrf_token=" + site.token()) == 200);
}

TEST_CASE("the field of a form has the name of the options") {
    Site site({.field = "the\"token"});
    const auto html = site.ask("GET", "/field").body;
    CHECK(html.starts_with("<input type=\"hidden\" name=\"the&#34;token\" value=\""));
}

TEST_CASE("mistakes in the setup are errors") {
    CHECK_THROWS_AS(sio::csrf_protection({.trusted_origins = {"example.org"}}), std::invalid_argument);
    CHECK_THROWS_AS(sio::csrf_protection({.trusted_origins = {"https://example.org/"}}), std::invalid_argument);
    auto environ = test::request("POST", "/");
    const auto app = sio::csrf_protection()([](Environ&) { return Response(200); });
    CHECK_THROWS_AS(app(environ), std::logic_error);
    CHECK_THROWS_AS(sio::csrf_token(environ), std::logic_error);
}
