#include "transport/v09_request.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

#include <sio/engine_options.hpp>

using namespace sio;
using transport::V09Request;
using transport::V09Transport;
using Kind = V09Request::Kind;

namespace {

V09Request read(std::string target) {
    HttpRequest request;
    request.target = std::move(target);
    REQUIRE(transport::is_v09_target(request.target, "/socket.io"));
    return transport::read_v09_request(request, "/socket.io");
}

}  // namespace

TEST_CASE("a URL of 0.9 has the protocol's version behind the resource") {
    for (const char* target : {"/socket.io/1", "/socket.io/1/", "/socket.io/1?t=5", "/socket.io/1/websocket/abc"}) {
        CHECK(transport::is_v09_target(target, "/socket.io"));
    }
    for (const char* target : {"/socket.io/", "/socket.io/?EIO=4", "/socket.io/2/", "/socket.io/10/", "/socket.io1/",
                               "/1/", "/socket.io/1x", "/other/1/"}) {
        CAPTURE(target);
        CHECK_FALSE(transport::is_v09_target(target, "/socket.io"));
    }
    CHECK(transport::is_v09_target("/api/socket.io/1/", "/api/socket.io"));
}

TEST_CASE("0.9 requests are told apart by their paths") {
    for (const char* target : {"/socket.io/1", "/socket.io/1/", "/socket.io/1/?t=1322"}) {
        CHECK(read(target).kind == Kind::handshake);
    }
    const auto poll = read("/socket.io/1/xhr-polling/abc?t=5");
    CHECK(poll.kind == Kind::session);
    CHECK(poll.transport == V09Transport::xhr_polling);
    CHECK(poll.sid == "abc");
    CHECK_FALSE(poll.jsonp);
    CHECK(read("/socket.io/1/flashsocket/abc/").transport == V09Transport::flashsocket);
    CHECK(read("/socket.io/1/carrier-pigeon/abc").kind == Kind::unknown_transport);
    for (const char* target : {"/socket.io/1/websocket", "/socket.io/1/websocket/", "/socket.io/1//",
                               "/socket.io/1/a/b/c", "/socket.io/1///abc"}) {
        CAPTURE(target);
        CHECK(read(target).kind == Kind::not_found);
    }
}

TEST_CASE("a session is ended by ?disconnect, in the form of 0.9.8 and in the older one") {
    for (const char* target : {"/socket.io/1/xhr-polling/abc?disconnect", "/socket.io/1/websocket/abc/?disconnect=1",
                               "/socket.io/1//abc/?disconnect=1", "/socket.io/1//abc?t=1&disconnect"}) {
        CAPTURE(target);
        const auto request = read(target);
        CHECK(request.kind == Kind::disconnect);
        CHECK(request.sid == "abc");
    }
    CHECK(read("/socket.io/1//abc").kind == Kind::unknown_transport);
}

TEST_CASE("the callback of JSONP must be a number") {
    CHECK(read("/socket.io/1/?jsonp=3&t=1").jsonp == 3U);
    CHECK(read("/socket.io/1/jsonp-polling/abc?t=1&i=12").jsonp == 12U);
    for (const char* bad : {"", "a", "-1", "0]);alert(1);([0", "%30%5d", "9999999999"}) {
        CAPTURE(bad);
        CHECK(read("/socket.io/1/jsonp-polling/abc?i=" + std::string(bad)).bad_jsonp);
    }
}

TEST_CASE("one list of transports is meant for all generations") {
    EngineOptions options;
    allow_transports(options, "websocket, polling");
    CHECK(options.transports == std::vector<std::string>{"websocket", "polling"});
    CHECK(options.v09.transports == std::vector<std::string>{"websocket", "xhr-polling", "jsonp-polling"});
    allow_transports(options, "xhr-polling,htmlfile");
    CHECK(options.transports.empty());
    CHECK(options.v09.transports == std::vector<std::string>{"xhr-polling", "htmlfile"});
    allow_transports(options, "polling,xhr-polling,polling");
    CHECK(options.transports == std::vector<std::string>{"polling"});
    CHECK(options.v09.transports == std::vector<std::string>{"xhr-polling", "jsonp-polling"});
    for (const char* bad : {"", "websocket,", "telegraph", "WebSocket"}) {
        CAPTURE(bad);
        CHECK_THROWS_AS(allow_transports(options, bad), std::invalid_argument);
    }
}
