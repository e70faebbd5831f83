#include <sio/cookie.hpp>

#include <chrono>
#include <stdexcept>
#include <string>

#include <doctest/doctest.h>

using sio::Cookie;
using sio::parse_cookies;

TEST_CASE("cookies are read with tolerance") {
    const auto cookies = parse_cookies(" a=1;b = two ;c=\"quoted\"; d=x=y ;; novalue; =nameless; e=; a=second;f=\"");
    CHECK(cookies["a"] == "1");
    CHECK(cookies.get_all("a").size() == 2);
    CHECK(cookies["b"] == "two");
    CHECK(cookies["c"] == "quoted");
    CHECK(cookies["d"] == "x=y");
    CHECK(cookies.contains("e"));
    CHECK(cookies["e"].empty());
    CHECK(cookies["f"] == "\"");
    CHECK_FALSE(cookies.contains("novalue"));
    CHECK_FALSE(cookies.contains(""));
    CHECK(parse_cookies("").empty());
    CHECK(parse_cookies("%41=%42")["%41"] == "%42");
}

TEST_CASE("a cookie to set has careful defaults") {
    CHECK(Cookie{.name = "a", .value = "b"}.to_string() == "a=b; Path=/; HttpOnly; SameSite=Lax");
    Cookie cookie{.name = "__Secure-x", .value = "", .path = "/app", .domain = "example.org"};
    cookie.max_age = std::chrono::hours(1);
    cookie.secure = true;
    cookie.http_only = false;
    cookie.same_site = sio::SameSite::none;
    CHECK(cookie.to_string() == "__Secure-x=; Path=/app; Domain=example.org; Max-Age=3600; Secure; SameSite=None");
}

TEST_CASE("deleting a cookie expires it") {
    sio::Response response;
    sio::set_cookie(response, {.name = "a", .value = "1"});
    sio::delete_cookie(response, "b", "/app");
    sio::delete_cookie(response, "__Host-c");
    REQUIRE(response.headers.count("Set-Cookie") == 3);
    const auto deletion = (response.headers.begin() + 1)->second;
    CHECK(deletion == "b=; Path=/app; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Lax");
    CHECK((response.headers.begin() + 2)->second.find("; Secure") != std::string::npos);
}

TEST_CASE("a cookie that would break the header or be refused by browsers is refused here") {
    const auto refused = [](Cookie cookie) { CHECK_THROWS_AS(cookie.to_string(), std::invalid_argument); };
    refused({.name = "", .value = "x"});
    refused({.name = "a b", .value = "x"});
    refused({.name = "a;b", .value = "x"});
    refused({.name = "a=b", .value = "x"});
    for (const char* value : {"a;b", "a,b", "a b", "a\"b", "a\\b", "a\nb", "a\rb", "\xc3\xa9", "\x7f"})
        refused({.name = "a", .value = value});
    refused({.name = "a", .value = std::string("\0", 1)});
    refused({.name = "a", .value = "x", .path = "relative"});
    refused({.name = "a", .value = "x", .path = "/a;b"});
    refused({.name = "a", .value = "x", .path = "/a\nb"});
    refused({.name = "a", .value = "x", .path = "/", .domain = "a;b"});
    refused({.name = "a", .value = "x", .same_site = sio::SameSite::none});
    refused({.name = "__Secure-a", .value = "x"});
    refused({.name = "__Host-a", .value = "x"});
    Cookie host{.name = "__Host-a", .value = "x", .path = "/", .domain = "example.org"};
    host.secure = true;
    refused(host);
    host.domain.clear();
    CHECK_NOTHROW(host.to_string());
}
