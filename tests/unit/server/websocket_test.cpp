#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <thread>

#include <sio/error.hpp>
#include <sio/greenlet.hpp>
#include <sio/router.hpp>
#include <sio/server.hpp>
#include <sio/websocket.hpp>

#include "unit/server/raw_client.hpp"

using namespace std::chrono_literals;
using namespace sio;
using test::RawClient;
using wire::WsOpcode;

namespace {

Response echo(Environ& environ, WebSocketOptions options = {}) {
    return websocket(
        environ,
        [](WebSocket& ws) {
            while (auto message = ws.receive()) {
                if (message->data == "throw") throw std::runtime_error("as told");
                if (message->data == "close") return ws.close(3001, "as told");
                ws.send(*message);
            }
        },
        std::move(options));
}

struct Fixture {
    SocketIOServer server;
    explicit Fixture(App app) : server({"127.0.0.1", 0}, std::move(app)) { server.start(); }
};

std::string close_payload(std::uint16_t code, std::string_view reason = {}) {
    return wire::ws_close_payload(code, reason);
}

}  // namespace

TEST_CASE("an app's WebSocket echoes text and binary, and answers pings and the closing handshake") {
    Fixture f([](Environ& environ) { return echo(environ); });
    RawClient client(f.server.port());
    REQUIRE(client.upgrade("/echo") == 101);
    client.send_text("hello");
    CHECK(client.receive() == "hello");
    CHECK(client.last_opcode == WsOpcode::text);
    client.send(WsOpcode::binary, std::string("\0\1\2", 3));
    CHECK(client.receive() == std::string("\0\1\2", 3));
    CHECK(client.last_opcode == WsOpcode::binary);
    client.send(WsOpcode::ping, "p");
    CHECK(client.receive() == "p");
    CHECK(client.last_opcode == WsOpcode::pong);
    client.send(WsOpcode::close, close_payload(1000));
    CHECK(client.receive() == close_payload(1000));
    CHECK(client.last_opcode == WsOpcode::close);
    CHECK(client.raw().receive_all().empty());
}

TEST_CASE("a handler that returns, closes or throws ends the connection with 1000, its code, or 1011") {
    Fixture f([](Environ& environ) {
        if (environ.path() == "/return") return websocket(environ, [](WebSocket&) {});
        return echo(environ);
    });
    RawClient returns(f.server.port());
    REQUIRE(returns.upgrade("/return") == 101);
    CHECK(returns.receive() == close_payload(1000));
    RawClient closes(f.server.port());
    REQUIRE(closes.upgrade("/") == 101);
    closes.send_text("close");
    CHECK(closes.receive() == close_payload(3001, "as told"));
    RawClient throws(f.server.port());
    REQUIRE(throws.upgrade("/") == 101);
    throws.send_text("throw");
    CHECK(throws.receive() == close_payload(1011));
}

TEST_CASE("requests that are none for a WebSocket are refused: 426, 400, and 403 for a foreign page") {
    Fixture f([](Environ& environ) { return echo(environ); });
    RawClient client(f.server.port());
    CHECK(client.get("/").status == 426);
    CHECK(client.upgrade("/", "Origin: http://evil.example\r\n") == 403);
    CHECK(client
              .request("GET", "/", {},
                       "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 12\r\n"
                       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")
              .status == 426);
    CHECK(client
              .request("GET", "/", {},
                       "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                       "Sec-WebSocket-Key: short\r\n")
              .status == 400);
}

TEST_CASE("the first of the app's subprotocols that the client offers is agreed on") {
    Fixture f([](Environ& environ) {
        WebSocketOptions options;
        options.subprotocols = {"v2", "v1"};
        return websocket(environ, [](WebSocket& ws) { ws.send_text(ws.subprotocol()); }, std::move(options));
    });
    RawClient client(f.server.port());
    REQUIRE(client.upgrade("/", "Sec-WebSocket-Protocol: v1, v2\r\n") == 101);
    CHECK(client.receive() == "v2");
    RawClient none(f.server.port());
    REQUIRE(none.upgrade("/", "Sec-WebSocket-Protocol: v3\r\n") == 101);
    CHECK(none.receive().empty());
}

TEST_CASE("a message above the limit is answered 1009") {
    Fixture f([](Environ& environ) {
        WebSocketOptions options;
        options.max_message_bytes = 10;
        return echo(environ, std::move(options));
    });
    RawClient client(f.server.port());
    REQUIRE(client.upgrade("/") == 101);
    client.send_text("0123456789");
    CHECK(client.receive() == "0123456789");
    client.send_text("0123456789a");
    CHECK(client.receive().substr(0, 2) == "\x03\xf1");
}

TEST_CASE("a sender waits for a client that does not read, and goes on when the client has gone") {
    std::atomic<int> sent{0};
    std::atomic<bool> done{false};
    Fixture f([&](Environ& environ) {
        return websocket(environ, [&](WebSocket& ws) {
            const std::string chunk(256 * 1024, 'x');
            while (ws.is_open()) {
                ws.send_binary(chunk);
                ++sent;
            }
            done = true;
        });
    });
    {
        RawClient client(net::test::Client::slow_tcp(f.server.port()));
        REQUIRE(client.upgrade("/") == 101);
        int before = -1;
        for (int i = 0; i < 100 && sent != before; ++i) {
            before = sent;
            std::this_thread::sleep_for(50ms);
        }
        CHECK(sent < 100);  // some fit into the buffers of both kernels, then it waited
        CHECK_FALSE(done);
    }
    for (int i = 0; i < 100 && !done; ++i) std::this_thread::sleep_for(20ms);
    CHECK(done);
}

TEST_CASE("websocket() needs the Environ of a server's request") {
    HttpRequest request;
    Environ environ(std::move(request));
    CHECK_THROWS_AS(websocket(environ, [](WebSocket&) {}), Error);
}

TEST_CASE("messages in front of the client's close frame are handled, and answered, before it is") {
    Fixture f([](Environ& environ) { return echo(environ); });
    RawClient client(f.server.port());
    REQUIRE(client.upgrade("/") == 101);
    std::string frames;
    wire::append_ws_masked_frame(frames, WsOpcode::text, "before", 1);
    wire::append_ws_masked_frame(frames, WsOpcode::close, close_payload(1000), 1);
    wire::append_ws_masked_frame(frames, WsOpcode::text, "behind", 1);
    client.raw().send(frames);
    CHECK(client.receive() == "before");
    CHECK(client.receive() == close_payload(1000));
    CHECK(client.raw().receive_all().empty());
}

TEST_CASE(
    "last messages, a close frame and FIN in one packet are answered, message by message and with a close frame") {
    Fixture f([](Environ& environ) { return echo(environ); });
    for (int round = 0; round < 30; ++round) {
        RawClient client(f.server.port());
        REQUIRE(client.upgrade("/") == 101);
        std::string frames;
        wire::append_ws_masked_frame(frames, WsOpcode::text, "one", 1);
        wire::append_ws_masked_frame(frames, WsOpcode::text, "two", 1);
        wire::append_ws_masked_frame(frames, WsOpcode::close, close_payload(1000), 1);
        client.raw().send(frames);
        client.raw().half_close();
        CHECK(client.receive() == "one");
        CHECK(client.receive() == "two");
        CHECK(client.receive() == close_payload(1000));
        CHECK(client.raw().receive_all().empty());
    }
}

TEST_CASE("a message in front of malformed input is answered before the close frame that says what was wrong") {
    Fixture f([](Environ& environ) { return echo(environ); });
    RawClient client(f.server.port());
    REQUIRE(client.upgrade("/") == 101);
    std::string frames;
    wire::append_ws_masked_frame(frames, WsOpcode::text, "before", 1);
    wire::append_ws_frame(frames, WsOpcode::text, "not masked");
    client.raw().send(frames);
    CHECK(client.receive() == "before");
    CHECK(client.receive() == close_payload(1002, "frame without a mask"));
}

TEST_CASE("the client's close frame does not end the sender's waiting for it to read") {
    std::atomic<int> sent{0};
    std::atomic<bool> done{false};
    Fixture f([&](Environ& environ) {
        WebSocketOptions options;
        options.close_timeout = 300ms;
        return websocket(
            environ,
            [&](WebSocket& ws) {
                while (ws.receive()) continue;
                const std::string chunk(256 * 1024, 'x');
                for (int i = 0; i < 400; ++i) {
                    ws.send_binary(chunk);
                    ++sent;
                }
                done = true;
            },
            std::move(options));
    });
    RawClient client(net::test::Client::slow_tcp(f.server.port()));
    REQUIRE(client.upgrade("/") == 101);
    client.send(WsOpcode::close, close_payload(1000));
    int before = -1;
    while (sent != before) {
        before = sent;
        std::this_thread::sleep_for(50ms);
    }
    CHECK(sent < 100);
    CHECK_FALSE(done);
    // The time limit for the answer to the close frame ends the waiting.
    while (!done) std::this_thread::sleep_for(10ms);
}

TEST_CASE("a client that is silent is pinged, one that answers stays, and one that does not is gone") {
    std::atomic<int> ended{0};
    Fixture f([&](Environ& environ) {
        WebSocketOptions options;
        options.ping_interval = 30ms;
        options.ping_timeout = 60ms;
        return websocket(
            environ,
            [&](WebSocket& ws) {
                while (ws.receive()) continue;
                CHECK(ws.close_code() == 1006);
                CHECK(ws.close_reason() == "ping timeout");
                ++ended;
            },
            std::move(options));
    });
    RawClient client(f.server.port());
    REQUIRE(client.upgrade("/") == 101);
    for (int i = 0; i < 5; ++i) {
        CHECK(client.receive().empty());
        CHECK(client.last_opcode == WsOpcode::ping);
        client.send(WsOpcode::pong, "");
    }
    CHECK(ended == 0);
    CHECK(client.receive().empty());
    CHECK(client.last_opcode == WsOpcode::ping);
    CHECK(client.raw().closed_within(3s));
    while (ended == 0) std::this_thread::sleep_for(10ms);
}

TEST_CASE("a handler that lets messages wait does not cost a live client its connection") {
    Fixture f([&](Environ& environ) {
        WebSocketOptions options;
        options.ping_interval = 10ms;
        options.ping_timeout = 10ms;
        return websocket(
            environ,
            [&](WebSocket& ws) {
                sio::sleep(300ms);
                int messages = 0;
                while (auto message = ws.receive()) {
                    if (message->data == "last") break;
                    ++messages;
                }
                ws.send_text(std::to_string(messages));
            },
            std::move(options));
    });
    RawClient client(f.server.port());
    REQUIRE(client.upgrade("/") == 101);
    // More than may wait: the client's pongs stand behind it.
    for (int i = 0; i < 20; ++i) client.send(WsOpcode::binary, std::string(60'000, 'x'));
    client.send_text("last");
    std::string answer;
    do answer = client.receive();
    while (client.last_opcode == WsOpcode::ping);
    CHECK(answer == "20");
}

TEST_CASE("a handler that never comes to answer the client's close frame is cut off after the time limit") {
    Fixture f([](Environ& environ) {
        WebSocketOptions options;
        options.close_timeout = 50ms;
        return websocket(environ, [](WebSocket&) { sio::sleep(10s); }, std::move(options));
    });
    RawClient client(f.server.port());
    REQUIRE(client.upgrade("/") == 101);
    client.send(WsOpcode::close, close_payload(1000));
    CHECK(client.raw().closed_within(3s));
    f.server.stop(10ms);
}

TEST_CASE("a server that stops closes its WebSockets with 1001") {
    Fixture f([](Environ& environ) { return echo(environ); });
    RawClient client(f.server.port());
    REQUIRE(client.upgrade("/") == 101);
    std::thread stopper([&] { f.server.stop(5s); });
    CHECK(client.receive() == close_payload(1001));
    client.send(WsOpcode::close, close_payload(1001));
    stopper.join();
}
