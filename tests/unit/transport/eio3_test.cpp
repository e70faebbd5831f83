// Engine.IO 3 through an endpoint: the same sessions in the other framing.

#include <doctest/doctest.h>

#include <string>

#include "unit/transport/endpoint_fixture.hpp"
#include "util/percent.hpp"

using namespace std::chrono_literals;
using namespace sio;
using Fixture = test::EndpointFixture;
using test::masked;
using test::turn;
using wire::WsOpcode;

namespace {

const std::string polling = "EIO=3&transport=polling";

std::string open(Fixture& f) {
    const auto answer = f.get(polling);
    REQUIRE(answer->status() == 200);
    const std::string body = answer->body();
    CHECK(body.starts_with("118:0{\"sid\":\""));
    return body.substr(body.find(":\"") + 2, 20);
}
std::string sid_query(const std::string& sid, const std::string& more = {}) { return polling + "&sid=" + sid + more; }
auto post(Fixture& f, const std::string& sid, std::string body, const char* type = "text/plain;charset=UTF-8",
          const std::string& more = {}) {
    Headers headers;
    headers.add("Content-Type", type);
    return f.request("POST", "/engine.io/?" + sid_query(sid, more), std::move(body), std::move(headers));
}
std::string binary_frame(std::string_view payload) { return test::server_frame(WsOpcode::binary, payload); }

}  // namespace

TEST_CASE("an Engine.IO 3 session polls with lengths, in text while all of it is ASCII") {
    Fixture f;
    f.run([&] {
        const auto sid = open(f);
        CHECK(post(f, sid, "4:4one4:4two")->body() == "ok");
        CHECK(f.get(sid_query(sid))->body() == "4:4one4:4two");
        CHECK(post(f, sid, "2:4\xe2\x82\xac")->body() == "ok");
        CHECK(f.get(sid_query(sid))->body() == std::string("\0\4\xff"
                                                           "4\xe2\x82\xac",
                                                           7));
        CHECK(post(f, sid, "1:2")->body() == "ok");
        CHECK(f.get(sid_query(sid))->body() == "1:3");
        CHECK(post(f, sid, "6:b4AQI=4:4two")->body() == "ok");
        const auto answer = f.get(sid_query(sid));
        CHECK(answer->header("Content-Type") == "application/octet-stream");
        CHECK(answer->body() == std::string("\1\3\xff\4\1\2\0\4\xff"
                                            "4two",
                                            13));
        CHECK(post(f, sid, "6:b4AQI=4:4two")->body() == "ok");
        CHECK(f.get(sid_query(sid, "&b64=1"))->body() == "6:b4AQI=4:4two");
    });
}

TEST_CASE("an Engine.IO 3 client that takes text only says so once") {
    Fixture f;
    f.run([&] {
        const auto greeting = f.get(polling + "&b64=1")->body();
        const auto sid = greeting.substr(greeting.find(":\"") + 2, 20);
        CHECK(post(f, sid, "6:4hello10:b4AQIDBA==")->body() == "ok");
        CHECK(f.get(sid_query(sid))->body() == "6:4hello10:b4AQIDBA==");
    });
}

TEST_CASE("an Engine.IO 3 client may post binary payloads") {
    Fixture f;
    f.run([&] {
        const auto sid = open(f);
        const std::string body(
            "\0\4\xff"
            "4one\1\3\xff\4\1\2",
            13);
        CHECK(post(f, sid, body, "application/octet-stream")->body() == "ok");
        CHECK(f.get(sid_query(sid))->body() == body);
    });
}

TEST_CASE("malformed Engine.IO 3 bodies are answered 400 and end the session") {
    const std::string octets = "application/octet-stream";
    const std::string text = "text/plain";
    for (const auto& [type, body] : std::vector<std::pair<std::string, std::string>>{{text, ""},
                                                                                     {text, "abc"},
                                                                                     {text, "4hello"},
                                                                                     {text, "9:4short"},
                                                                                     {text, "1:9"},
                                                                                     {text, "2:4\xff"},
                                                                                     {octets, ""},
                                                                                     {octets, "4:4one"},
                                                                                     {octets, std::string("\0\xff", 2)},
                                                                                     {octets, std::string("\0\2\xff"
                                                                                                          "4\xff",
                                                                                                          5)}}) {
        CAPTURE(body);
        Fixture f;
        f.run([&] {
            const auto sid = open(f);
            CHECK(post(f, sid, body, type.c_str())->status() == 400);
            CHECK(f.get(sid_query(sid))->status() == 400);
            CHECK(f.log == test::Log{"closed: parse error"});
        });
    }
}

TEST_CASE("Engine.IO 3 over JSONP: scripts one way, forms the other") {
    Fixture f;
    f.run([&] {
        const auto greeting = f.get(polling + "&j=0");
        CHECK(greeting->status() == 200);
        CHECK(greeting->header("Content-Type") == "text/javascript; charset=UTF-8");
        CHECK(greeting->header("X-Content-Type-Options") == "nosniff");
        const std::string body = greeting->body();
        CHECK(body.starts_with(R"(___eio[0]("118:0{\"sid\":\")"));
        CHECK(body.ends_with("\");"));
        const auto sid = body.substr(body.find(R"(:\")") + 3, 20);
        CHECK(post(f, sid, "d=" + util::percent_encode(R"(8:4</a>\\n )"), "application/x-www-form-urlencoded", "&j=1")
                  ->body() == "ok");
        CHECK(f.get(sid_query(sid, "&j=2"))->body() == R"(___eio[2]("8:4\u003c/a>\\n ");)");
        CHECK(post(f, sid, "e=1", "application/x-www-form-urlencoded", "&j=3")->status() == 400);
        CHECK(f.log == test::Log{"closed: parse error"});
    });
}

TEST_CASE("JSONP goes to no page of another origin that is not allowed, and to no callback that is no number") {
    Fixture f;
    f.run([&] {
        Headers headers;
        headers.add("Sec-Fetch-Site", "cross-site");
        headers.add("Referer", "http://evil.example/");
        CHECK(f.request("GET", "/engine.io/?" + polling + "&j=0", {}, std::move(headers))->status() == 403);
        CHECK(f.get(polling + "&j=0];alert(1);a[0")->status() == 400);
        CHECK(f.endpoint->session_count() == 0);
    });
}

TEST_CASE("an Engine.IO 3 WebSocket has the type of binary messages in front, and is pinged by nobody") {
    Fixture f;
    f.run([&] {
        const auto answer = f.websocket("EIO=3&transport=websocket");
        CHECK(answer->status() == 101);
        auto& wire = *answer->wire;
        CHECK(wire.written.find(R"("upgrades":[])") != std::string::npos);
        wire.written.clear();
        wire.feed(masked(WsOpcode::text, "4hello"));
        wire.feed(masked(WsOpcode::binary, std::string_view("\4\0\1", 3)));
        wire.feed(masked(WsOpcode::text, "b4AQI="));
        wire.feed(masked(WsOpcode::text, "2"));
        turn();
        CHECK(wire.written == test::text_frame("4hello") + binary_frame(std::string_view("\4\0\1", 3)) +
                                  binary_frame("\4\1\2") + test::text_frame("3"));
        wire.feed(masked(WsOpcode::binary, "no type"));
        turn();
        CHECK(f.log == test::Log{"closed: parse error"});
    });
}

TEST_CASE("an Engine.IO 3 WebSocket of a client that takes text only has base64") {
    Fixture f;
    f.run([&] {
        const auto answer = f.websocket("EIO=3&transport=websocket&b64=1");
        auto& wire = *answer->wire;
        wire.written.clear();
        wire.feed(masked(WsOpcode::text, "b4AQI="));
        wire.feed(masked(WsOpcode::text, "4text"));
        turn();
        CHECK(wire.written == test::text_frame("b4AQI=") + test::text_frame("4text"));
    });
}

TEST_CASE("an Engine.IO 3 session moves to a WebSocket, its waiting poll ended with a noop in its own framing") {
    Fixture f;
    f.run([&] {
        const auto sid = open(f);
        const auto poll = f.get(sid_query(sid));
        const auto answer = f.websocket("EIO=3&transport=websocket&sid=" + sid);
        answer->wire->feed(masked(WsOpcode::text, "2probe"));
        turn();
        CHECK(answer->wire->written == test::text_frame("3probe"));
        CHECK(poll->body() == "1:6");
        answer->wire->feed(masked(WsOpcode::text, "5"));
        answer->wire->feed(masked(WsOpcode::text, "4now"));
        turn();
        CHECK(answer->wire->written == test::text_frame("3probe") + test::text_frame("4now"));
        CHECK(f.get(sid_query(sid))->status() == 400);
    });
}

TEST_CASE("two Engine.IO 3 polls at once end the session, the waiting one with a close packet in its framing") {
    Fixture f;
    f.run([&] {
        const auto sid = open(f);
        const auto first = f.get(sid_query(sid));
        CHECK(f.get(sid_query(sid))->status() == 400);
        CHECK(first->body() == "1:1");
    });
}

TEST_CASE("generations that are switched off are refused with error 5") {
    Fixture f;
    f.options.generations = {Generation::eio4};
    f.run([&] {
        const auto answer = f.get(polling);
        CHECK(answer->status() == 400);
        CHECK(answer->body() == R"({"code":5,"message":"Unsupported protocol version"})");
        CHECK(f.get("EIO=4&transport=polling")->status() == 200);
    });
}
