#include "transport/text_encoding.hpp"

#include <doctest/doctest.h>

#include <string>

#include "unit/transport/endpoint_fixture.hpp"

using namespace sio;
using test::EndpointFixture;
using test::masked;
using test::text_frame;
using test::turn;
using wire::WsOpcode;

namespace {

const std::string node = "node-XMLHttpRequest";
const std::string once = "\xc3\xa9";           // é
const std::string twice = "\xc3\x83\xc2\xa9";  // é, encoded twice; and what a client of 2.x means by Ã©

/// What a client with that User-Agent gets for a message, which is echoed, over polling in text framing.
std::string echoed(const std::string& agent, const std::string& message, const std::string& more = "&b64=1") {
    EndpointFixture f;
    std::string body;
    f.run([&] {
        const Headers headers = {{"User-Agent", agent}};
        const std::string query = "/engine.io/?EIO=3&transport=polling" + more;
        const std::string greeting = f.request("GET", query, {}, headers)->body();
        const std::string sid = greeting.substr(greeting.find(":\"") + 2, 20);
        f.request("POST", query + "&sid=" + sid, "3:4" + message, headers);
        body = f.request("GET", query + "&sid=" + sid, {}, headers)->body();
    });
    return body;
}

}  // namespace

TEST_CASE("a client of 1.x in Node is understood, and spoken to, in text that is encoded twice") {
    CHECK(echoed(node, twice) == "3:4" + twice);
}

TEST_CASE("a client in Node that has shown that it encodes once is of 2.x, and means what it says from then on") {
    EndpointFixture f;
    f.run([&] {
        const Headers headers = {{"User-Agent", node}};
        const std::string query = "/engine.io/?EIO=3&transport=polling&b64=1";
        const std::string greeting = f.request("GET", query, {}, headers)->body();
        const std::string sid = "&sid=" + greeting.substr(greeting.find(":\"") + 2, 20);
        f.request("POST", query + sid, "2:4" + once, headers);
        f.request("POST", query + sid, "3:4" + twice, headers);
        CHECK(f.request("GET", query + sid, {}, headers)->body() == "2:4" + once + "3:4" + twice);
    });
}

TEST_CASE("binary framing, which is encoded once, says nothing of how a client encodes text framing") {
    EndpointFixture f;
    f.run([&] {
        const Headers headers = {{"User-Agent", "Mozilla/5.0 (X11)"}};
        const std::string query = "/engine.io/?EIO=3&transport=polling";
        const std::string greeting = f.request("GET", query, {}, headers)->body();
        const std::string sid = "&sid=" + greeting.substr(greeting.find(":\"") + 2, 20);
        Headers octets = headers;
        octets.add("Content-Type", "application/octet-stream");
        f.request("POST", query + sid,
                  std::string("\x00\x03\xff"
                              "4",
                              4) +
                      once,
                  octets);
        f.request("POST", query + sid, "3:4" + twice, headers);
        const std::string framed = std::string(
                                       "\x00\x03\xff"
                                       "4",
                                       4) +
                                   once;
        CHECK(f.request("GET", query + sid, {}, headers)->body() == framed + framed);
    });
}

TEST_CASE("text that looks as if it had been encoded twice is what it says from clients of other languages") {
    for (const std::string agent : {"", "okhttp/3.12.12", "python-requests/2.31.0", "Python/3.11 aiohttp/3.9"}) {
        CAPTURE(agent);
        EndpointFixture f;
        std::string got;
        f.begin = [&](std::shared_ptr<transport::Handshake> handshake, Environ) {
            struct Hears final : session::EngineObserver {
                explicit Hears(std::string& into) : got(into) {}
                void on_text(std::string_view message) override { got = message; }
                void on_binary(std::string_view) override {}
                void on_close(session::CloseReason) override {}
                std::string& got;
            };
            handshake->accept(std::make_unique<Hears>(got));
            return Response();
        };
        f.run([&] {
            const Headers headers = {{"User-Agent", agent}};
            const std::string query = "/engine.io/?EIO=3&transport=polling&b64=1";
            const std::string greeting = f.request("GET", query, {}, headers)->body();
            const std::string sid = greeting.substr(greeting.find(":\"") + 2, 20);
            f.request("POST", query + "&sid=" + sid, "3:4" + twice, headers);
        });
        CHECK(got == twice);
    }
}

TEST_CASE("whose POSTs may be encoded twice is told by the request") {
    const auto may = [](std::string_view agent, const transport::PollForm& form) {
        HttpRequest request;
        if (!agent.empty()) request.headers.add("User-Agent", agent);
        return transport::posts_may_be_encoded_twice(request, form);
    };
    CHECK(may(node, {}));
    CHECK(may("Mozilla/5.0 (X11)", {}));
    CHECK(may("Mozilla/5.0 (X11)", {.base64 = true}));
    CHECK(may("Opera/9.80", {.base64 = true}));
    CHECK(may("", {.jsonp_index = "0"}));
    CHECK_FALSE(may("", {.base64 = true}));
    CHECK_FALSE(may("okhttp/3.12.12", {.base64 = true}));
}

TEST_CASE("over WebSocket only builds of 1.0 encode twice, both ways") {
    struct Case {
        std::string query;
        std::string origin;
        bool twice;
    };
    for (const auto& [query, origin, encodes_twice] :
         {Case{"EIO=3&transport=websocket", "localhost", true}, Case{"EIO=2&transport=websocket", "", true},
          Case{"EIO=2&transport=websocket", "http://localhost", true}, Case{"EIO=3&transport=websocket", "", false},
          Case{"EIO=3&transport=websocket", "http://localhost", false},
          Case{"EIO=4&transport=websocket", "localhost", false}}) {
        CAPTURE(query);
        CAPTURE(origin);
        EndpointFixture f;
        f.run([&] {
            Headers headers;
            if (!origin.empty()) headers.add("Origin", origin);
            const auto answer = f.websocket(query, headers);
            auto& wire = *answer->wire;
            wire.written.clear();
            wire.feed(masked(WsOpcode::text, "4" + twice));
            f.endpoint->host().sessions.for_each(
                [](session::EngineSession& session) { session.send_text("4" + once); });
            CHECK(wire.written == text_frame("4" + twice) + text_frame("4" + (encodes_twice ? twice : once)));
        });
    }
}
