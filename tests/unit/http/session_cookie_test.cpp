#include <sio/session_cookie.hpp>

#include <functional>
#include <stdexcept>
#include <string>

#include <sio/error.hpp>
#include <sio/log.hpp>

#include <doctest/doctest.h>

#include "http/token_signer.hpp"
#include "unit/http/request.hpp"

using sio::Environ;
using sio::Response;
using sio::Session;

namespace {

const std::string key = "0123456789abcdef0123456789abcdef";

/// A browser with one cookie, and a server whose app does what the test says.
struct Browser {
    explicit Browser(sio::SessionCookieOptions options = {.keys = {key}})
        : middleware(sio::session_cookie(std::move(options))) {}

    Response visit(std::function<void(Session&)> app, bool secure = false) {
        return visit_environ([&](Environ& environ) { app(Session::of(environ)); }, secure);
    }
    Response visit_environ(std::function<void(Environ&)> app, bool secure = false) {
        auto environ =
            test::request("GET", "/", cookie.empty() ? sio::Headers() : sio::Headers{{"Cookie", "other=1; " + cookie}});
        if (secure) environ.set_scheme("https");
        auto response = middleware([&](Environ& e) {
            app(e);
            return Response::text("ok");
        })(environ);
        const auto set = response.headers.get("Set-Cookie");
        if (!set.empty()) cookie = set.substr(0, set.find(';'));
        return response;
    }

    sio::Middleware middleware;
    std::string cookie;
};

}  // namespace

TEST_CASE("a session comes back with the next request") {
    Browser browser;
    const auto response = browser.visit([](Session& session) {
        CHECK(session.empty());
        session.set("user", "ann");
        session.set("count", 3);
    });
    const auto set = std::string(response.headers.get("Set-Cookie"));
    CHECK(set.starts_with("session="));
    CHECK(set.find("; HttpOnly") != std::string::npos);
    CHECK(set.find("; SameSite=Lax") != std::string::npos);
    CHECK(set.find("; Max-Age=1209600") != std::string::npos);
    CHECK(set.find("Secure") == std::string::npos);
    CHECK(response.headers.get("Vary") == "Cookie");
    CHECK(response.headers.get("Cache-Control") == "private");
    browser.visit([](Session& session) {
        CHECK(session.text("user") == "ann");
        CHECK(session["count"] == 3);
        CHECK(session["absent"].is_null());
        CHECK(session.text("count", "no text") == "no text");
        CHECK(session.contains("user"));
    });
}

TEST_CASE("the cookie is set only when the session has changed") {
    Browser browser;
    CHECK_FALSE(browser.visit([](Session&) {}).headers.contains("Set-Cookie"));
    browser.visit([](Session& session) { session.set("a", 1); });
    CHECK_FALSE(browser.visit([](Session& session) { CHECK(session["a"] == 1); }).headers.contains("Set-Cookie"));
    CHECK_FALSE(browser.visit([](Session& session) { session.set("a", 1); }).headers.contains("Set-Cookie"));
    CHECK_FALSE(browser.visit([](Session& session) { session.erase("b"); }).headers.contains("Set-Cookie"));
    CHECK(browser.visit([](Session& session) { session.set("a", 2); }).headers.contains("Set-Cookie"));
    CHECK(browser.visit([](Session& session) { session.erase("a"); }).headers.contains("Set-Cookie"));
}

TEST_CASE("a response depends on the cookie only when somebody asked for the session") {
    Browser browser;
    CHECK_FALSE(browser.visit_environ([](Environ&) {}).headers.contains("Vary"));
    CHECK(browser.visit([](Session&) {}).headers.get("Vary") == "Cookie");
}

TEST_CASE("an emptied session deletes the cookie") {
    Browser browser;
    browser.visit([](Session& session) { session.set("a", 1); });
    const auto response = browser.visit([](Session& session) { session.clear(); });
    CHECK(response.headers.get("Set-Cookie").find("Max-Age=0") != std::string_view::npos);
    browser.cookie.clear();
    CHECK_FALSE(browser.visit([](Session& session) { session.clear(); }).headers.contains("Set-Cookie"));
}

TEST_CASE("over https the cookie is Secure") {
    Browser browser;
    const auto response = browser.visit([](Session& session) { session.set("a", 1); }, true);
    CHECK(response.headers.get("Set-Cookie").find("; Secure") != std::string_view::npos);
}

TEST_CASE("a forged, foreign or expired cookie counts as none") {
    Browser browser;
    browser.visit([](Session& session) { session.set("user", "ann"); });
    const auto good = browser.cookie;
    const auto is_none = [&](std::string cookie) {
        browser.cookie = std::move(cookie);
        browser.visit([](Session& session) { CHECK(session.empty()); });
    };
    is_none("session=");
    is_none("session=x.y.z");
    is_none(good.substr(0, good.size() - 1));
    is_none("session=" + std::string(5000, 'A'));
    Browser other({.keys = {"fedcba9876543210fedcba9876543210"}});
    other.visit([](Session& session) { session.set("user", "eve"); });
    is_none(other.cookie);

    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const sio::http::TokenSigner signer({key}, "sio session cookie session");
    is_none("session=" + signer.sign("{\"user\":\"ann\"}", now - std::chrono::hours(24 * 15)));
    is_none("session=" + signer.sign("[1]", now));
    is_none("session=" + signer.sign("{", now));
    browser.cookie = "session=forged; " + good;
    browser.visit([](Session& session) { CHECK(session.text("user") == "ann"); });
}

TEST_CASE("an old session that is used is refreshed") {
    Browser browser;
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const sio::http::TokenSigner signer({key}, "sio session cookie session");
    const auto old = "session=" + signer.sign("{\"user\":\"ann\"}", now - std::chrono::hours(25));
    browser.cookie = old;
    CHECK_FALSE(browser.visit_environ([](Environ&) {}).headers.contains("Set-Cookie"));
    CHECK(browser.visit([](Session&) {}).headers.contains("Set-Cookie"));
    browser.visit([](Session& session) { CHECK(session.text("user") == "ann"); });

    Browser never({.keys = {key}, .refresh_after = std::chrono::seconds(0)});
    never.cookie = old;
    CHECK_FALSE(never.visit([](Session&) {}).headers.contains("Set-Cookie"));
}

TEST_CASE("keys rotate") {
    Browser old;
    old.visit([](Session& session) { session.set("a", 1); });
    Browser rotated({.keys = {"fedcba9876543210fedcba9876543210", key}});
    rotated.cookie = old.cookie;
    rotated.visit([](Session& session) { CHECK(session["a"] == 1); });
}

TEST_CASE("a session that would not fit the cookie is an error") {
    Browser browser;
    CHECK_THROWS_AS(browser.visit([](Session& session) { session.set("a", std::string(4000, 'x')); }), sio::Error);
    CHECK_NOTHROW(browser.visit([](Session& session) { session.set("a", std::string(2000, 'x')); }));
}

TEST_CASE("unusable options and a missing middleware are errors at once") {
    CHECK_THROWS_AS(sio::session_cookie({}), std::invalid_argument);
    CHECK_THROWS_AS(sio::session_cookie({.keys = {"short"}}), std::invalid_argument);
    CHECK_THROWS_AS(sio::session_cookie({.keys = {key}, .name = "a b"}), std::invalid_argument);
    CHECK_THROWS_AS(sio::session_cookie({.keys = {key}, .path = "relative"}), std::invalid_argument);
    CHECK_THROWS_AS(Session::of(test::request("GET", "/")), std::logic_error);
}

TEST_CASE("a session outlives the request with the environ that is kept") {
    Browser browser;
    browser.visit([](Session& session) { session.set("user", "ann"); });
    Environ kept;
    browser.visit_environ([&](Environ& environ) { kept = std::move(environ); });
    CHECK(Session::of(kept).text("user") == "ann");
}
