#include <sio/environ.hpp>

#include <memory>
#include <string>
#include <utility>

#include <sio/form.hpp>
#include <sio/http_error.hpp>

#include <doctest/doctest.h>

#include "unit/http/request.hpp"

using sio::Environ;
using test::request;

TEST_CASE("an environ has the request's parts, decoded") {
    auto environ = request("POST", "/room/a%20b/%C3%A9?x=1&y=a+b&x=2", {{"Accept", "text/html"}}, "body");
    CHECK(environ.method() == "POST");
    CHECK(environ.path() == "/room/a b/\xc3\xa9");
    CHECK(environ.path_is_valid());
    CHECK(environ.script_name().empty());
    CHECK(environ.query()["x"] == "1");
    CHECK(environ.query().get_all("x").size() == 2);
    CHECK(environ.query()["y"] == "a b");
    CHECK(environ.query()["z"].empty());
    CHECK(environ.query().get("z", "none") == "none");
    CHECK(environ.header("accept") == "text/html");
    CHECK(environ.body() == "body");
    CHECK(environ.remote_address() == "192.0.2.7");
    CHECK(environ.scheme() == "http");
    CHECK_FALSE(environ.is_secure());
}

TEST_CASE("WSGI's names work") {
    auto environ =
        request("POST", "/a%20b?q=%41",
                {{"Content-Type", "text/plain"}, {"X-Forwarded-For", "1"}, {"X-Forwarded-For", "2"}}, "12345");
    CHECK(environ["REQUEST_METHOD"] == "POST");
    CHECK(environ["PATH_INFO"] == "/a b");
    CHECK(environ["SCRIPT_NAME"].empty());
    CHECK(environ["QUERY_STRING"] == "q=%41");
    CHECK(environ["CONTENT_TYPE"] == "text/plain");
    CHECK(environ["CONTENT_LENGTH"] == "5");
    CHECK(environ["SERVER_PROTOCOL"] == "HTTP/1.1");
    CHECK(environ["SERVER_NAME"] == "192.0.2.1");
    CHECK(environ["SERVER_PORT"] == "80");
    CHECK(environ["REMOTE_ADDR"] == "192.0.2.7");
    CHECK(environ["REMOTE_PORT"] == "40000");
    CHECK(environ["HTTP_HOST"] == "example.org");
    CHECK(environ["HTTP_X_FORWARDED_FOR"] == "1, 2");
    CHECK(environ["wsgi.url_scheme"] == "http");
    CHECK(environ["HTTP_CONTENT_TYPE"].empty());
    CHECK(environ["HTTP_ABSENT"].empty());
    CHECK(environ["no.such.name"].empty());
    bool found = false;
    for (const auto& [name, value] : environ.items()) {
        CHECK(environ[name] == value);
        found = found || name == "HTTP_X_FORWARDED_FOR";
    }
    CHECK(found);
}

TEST_CASE("a header field with an underscore cannot pass itself off as one with a dash") {
    auto environ = request("GET", "/", {{"X_Real_IP", "6.6.6.6"}});
    CHECK(environ["HTTP_X_REAL_IP"].empty());
    CHECK(environ["HTTP_X-REAL-IP"].empty());
    for (const auto& item : environ.items()) CHECK(item.second != "6.6.6.6");
}

TEST_CASE("cookies in several fields are one list") {
    auto environ = request("GET", "/", {{"Cookie", "a=1; b=2"}, {"Cookie", "c=3"}});
    CHECK(environ.cookies()["a"] == "1");
    CHECK(environ.cookies()["c"] == "3");
    CHECK(environ["HTTP_COOKIE"] == "a=1; b=2; c=3");
}

TEST_CASE("a malformed path is kept as sent and marked") {
    for (const char* target : {"/a%", "/a%2", "/a%zz/b"}) {
        CAPTURE(std::string(target));
        auto environ = request("GET", target);
        CHECK_FALSE(environ.path_is_valid());
        CHECK(environ.path() == target);
    }
    CHECK_FALSE(request("GET", "/a%00b").path_is_valid());
}

TEST_CASE("host and origin come from the Host field or else from the address") {
    CHECK(request("GET", "/", {{"Host", "example.org:8443"}}).origin() == "http://example.org:8443");
    sio::HttpRequest raw;
    raw.local_address = "::1";
    raw.local_port = 5000;
    CHECK(Environ(raw).host() == "[::1]:5000");
    raw.scheme = "https";
    raw.local_address = "192.0.2.1";
    raw.local_port = 443;
    CHECK(Environ(raw).origin() == "https://192.0.2.1");
    CHECK(Environ(raw).is_secure());
}

TEST_CASE("mounting moves the prefix of the path to the script name") {
    auto environ = request("GET", "/wiki/page/1");
    environ.mount(5);
    CHECK(environ.script_name() == "/wiki");
    CHECK(environ.path() == "/page/1");
    environ.mount(5);
    CHECK(environ["SCRIPT_NAME"] == "/wiki/page");
    CHECK(environ["PATH_INFO"] == "/1");
    CHECK(environ.request().target == "/wiki/page/1");
}

TEST_CASE("route parameters can be read as numbers") {
    Environ environ;
    environ.set_param("id", "42");
    environ.set_param("big", "300");
    environ.set_param("text", "4x");
    CHECK(environ.param("id") == "42");
    CHECK(environ.param<int>("id") == 42);
    CHECK(environ.param<unsigned char>("big") == std::nullopt);
    CHECK(environ.param<int>("text") == std::nullopt);
    CHECK(environ.param<int>("absent") == std::nullopt);
    environ.set_param("id", "43");
    CHECK(environ.param<long>("id") == 43);
}

TEST_CASE("values kept with the request are found by their type") {
    struct User {
        std::string name;
    };
    Environ environ;
    CHECK(environ.get<User>() == nullptr);
    environ.set(User{"ann"});
    environ.set(std::string("text"));
    environ.set(std::make_unique<int>(5));
    REQUIRE(environ.get<User>());
    CHECK(environ.get<User>()->name == "ann");
    CHECK(*environ.get<std::string>() == "text");
    CHECK(**environ.get<std::unique_ptr<int>>() == 5);
    CHECK(environ.get<int>() == nullptr);
    User& replaced = environ.set(User{"bob"});
    CHECK(environ.get<User>() == &replaced);
    environ.erase<User>();
    CHECK(environ.get<User>() == nullptr);
    CHECK(environ.get<std::string>() != nullptr);
}

TEST_CASE("kept values are destroyed with the environ and stay where they are when it moves") {
    const auto watched = std::make_shared<int>(1);
    {
        Environ environ = request("GET", "/a?b=1");
        environ.set(std::shared_ptr<int>(watched));
        auto* const before = environ.get<std::shared_ptr<int>>();
        environ.query();
        Environ moved(std::move(environ));
        CHECK(moved.get<std::shared_ptr<int>>() == before);
        CHECK(moved.path() == "/a");
        CHECK(moved.query()["b"] == "1");
        CHECK(environ.get<std::shared_ptr<int>>() == nullptr);
        CHECK(watched.use_count() == 2);
    }
    CHECK(watched.use_count() == 1);
}

TEST_CASE("form() reads the body once, within the limits that were set") {
    const sio::Headers type{{"Content-Type", "application/x-www-form-urlencoded"}};
    auto environ = request("POST", "/", type, "nickname=J%C3%BCrgen+M&x");
    CHECK(environ.form()["nickname"] == "J\xc3\xbcrgen M");
    CHECK(&environ.form() == &environ.form());

    auto limited = request("POST", "/", type, "a=1&b=2");
    limited.set(sio::FormLimits{.max_parts = 1});
    CHECK_THROWS_AS(limited.form(), sio::HttpError);
}
