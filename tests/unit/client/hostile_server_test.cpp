// HttpClient and WebSocketClient against servers that say what they like.

#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <sio/gevent.hpp>

#include "wire/ws_handshake.hpp"

using namespace std::chrono_literals;

namespace {

/// A server that reads a request and then does as it is told.
class Hostile {
public:
    using Answer = std::function<void(sio::StreamSocket& socket, const std::string& head)>;

    explicit Hostile(Answer answer)
        : server_({"127.0.0.1", 0}, [answer](sio::StreamSocket& socket, const sio::Address&) {
              for (std::string head; auto line = socket.recv_line();) {
                  head += *line + '\n';
                  if (!line->empty() && *line != "\r") continue;
                  answer(socket, head);
                  head.clear();
              }
          }) {
        server_.start();
    }
    static Answer saying(std::string text) {
        return [text = std::move(text)](sio::StreamSocket& socket, const std::string&) { socket.sendall(text); };
    }
    std::string url(const std::string& scheme = "http") const {
        return scheme + "://127.0.0.1:" + std::to_string(server_.port()) + "/start";
    }

private:
    sio::StreamServer server_;
};

std::string accepting(const std::string& head, const std::string& fields = {}) {
    const std::string name = "Sec-WebSocket-Key: ";
    const auto begin = head.find(name) + name.size();
    const std::string key = head.substr(begin, head.find_first_of("\r\n", begin) - begin);
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
           sio::wire::websocket_accept(key) + "\r\n" + fields + "\r\n";
}

sio::errc code_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const sio::Error& error) {
        return static_cast<sio::errc>(error.code().value());
    }
    return {};
}

}  // namespace

TEST_CASE("a server cannot keep a client busy with what counts for nothing") {
    sio::run([] {
        const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        const std::string extension(60'000, 'e');
        // Without end, of which the client has to notice.
        const Hostile chunks([&](sio::StreamSocket& socket, const std::string&) {
            socket.sendall(head);
            for (;;) socket.sendall("1;" + extension + "\r\nx\r\n");
        });
        const Hostile interim([](sio::StreamSocket& socket, const std::string&) {
            for (;;) socket.sendall("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
        });
        const Hostile trailer([&](sio::StreamSocket& socket, const std::string&) {
            socket.sendall(head + "0\r\n");
            for (;;) socket.sendall("X: " + extension + "\r\n");
        });
        sio::HttpClient http({.timeout = 1min});
        for (const auto* server : {&chunks, &interim, &trailer}) {
            CHECK(code_of([&] { http.fetch(server->url()); }) == sio::errc::limit_exceeded);
        }
        const Hostile tiny(Hostile::saying(head + "1\r\na\r\n1\r\nb\r\n0\r\nX-Late: 1\r\n\r\n"));
        CHECK(http.fetch(tiny.url()).body == "ab");
    });
}

TEST_CASE("an answer counts whatever its Location says") {
    sio::run([] {
        sio::HttpClient http;
        for (const char* location : {"http://", "mailto:a@b", "ws://elsewhere/", "http://user:pw@h/", "http://h:99999/",
                                     "//", "http://[::1", "javascript:alert(1)"}) {
            CAPTURE(location);
            const Hostile server(Hostile::saying(std::string("HTTP/1.1 302 Found\r\nContent-Length: 4\r\nLocation: ") +
                                                 location + "\r\n\r\nbody"));
            const auto answer = http.fetch(server.url());
            CHECK(answer.status == 302);
            CHECK(answer.body == "body");
        }
    });
}

TEST_CASE("a Location may have spaces, bytes beyond ASCII and dots, as browsers take them") {
    sio::run([] {
        std::string asked;
        const Hostile server([&](sio::StreamSocket& socket, const std::string& head) {
            if (head.starts_with("GET /start ")) {
                socket.sendall(
                    "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: a/./b/../c d\xc3\xa9?q=../x\r\n\r\n");
                return;
            }
            asked = head.substr(0, head.find_first_of("\r\n"));
            socket.sendall("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        });
        CHECK(sio::fetch(server.url()).status == 200);
        CHECK(asked == "GET /a/c%20d%C3%A9?q=../x HTTP/1.1");
    });
}

TEST_CASE("nothing that a caller gives ends a header field early") {
    sio::run([] {
        const Hostile server(Hostile::saying("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
        sio::HttpClient http({.user_agent = "me\r\nX-Injected: 1"});
        CHECK_THROWS_AS(http.fetch(server.url()), std::invalid_argument);
        for (const char* subprotocol : {"chat\r\nX: y", "a b", "", "a,b"}) {
            CHECK_THROWS_AS(sio::WebSocketClient(server.url("ws"), {.subprotocols = {subprotocol}}), sio::Error);
        }
    });
}

TEST_CASE("a WebSocket's server is refused that agrees to what was not offered, however it says so") {
    sio::run([] {
        const auto refused = [](const std::string& fields, std::vector<std::string> offered = {"chat"}) {
            const Hostile server(
                [&](sio::StreamSocket& socket, const std::string& head) { socket.sendall(accepting(head, fields)); });
            try {
                sio::WebSocketClient(server.url("ws"), {.subprotocols = std::move(offered)});
                return false;
            } catch (const std::system_error&) {
                return true;
            }
        };
        CHECK_FALSE(refused(""));
        CHECK_FALSE(refused("Sec-WebSocket-Protocol: chat\r\n"));
        CHECK(refused("Sec-WebSocket-Protocol: other\r\n"));
        CHECK(refused("Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Protocol: other\r\n"));
        CHECK(refused("Sec-WebSocket-Protocol: chat\r\n", {}));
        CHECK(refused("Sec-WebSocket-Protocol: \r\n", {}));
        CHECK(refused("Sec-WebSocket-Extensions: permessage-deflate\r\n"));
        CHECK(refused("Sec-WebSocket-Extensions: \r\nSec-WebSocket-Extensions: permessage-deflate\r\n"));
    });
}

TEST_CASE("a close frame without a code is 1005, whoever begins") {
    sio::run([] {
        const Hostile server([&](sio::StreamSocket& socket, const std::string& head) {
            socket.sendall(accepting(head) + std::string("\x88\0", 2));
            while (!socket.recv(100).empty()) {
            }
        });
        sio::WebSocketClient closed(server.url("ws"));
        CHECK_FALSE(closed.receive());
        CHECK(closed.close_code() == 1005);
        sio::WebSocketClient closing(server.url("ws"));
        closing.close();
        CHECK(closing.close_code() == 1005);
    });
}

TEST_CASE("a client pings a server that is silent, and notices one that has gone without a word") {
    sio::run([] {
        std::string frames;
        const Hostile silent([&](sio::StreamSocket& socket, const std::string& head) {
            socket.sendall(accepting(head));
            for (std::string got; !(got = socket.recv(100)).empty();) frames += got;
        });
        sio::WebSocketClientOptions options;
        options.ping_interval = 2ms;
        options.ping_timeout = 2ms;
        sio::WebSocketClient left(silent.url("ws"), options);
        CHECK_FALSE(left.receive());
        CHECK(left.close_code() == 1006);
        CHECK(frames.starts_with("\x89\x80"));

        const Hostile alive([&](sio::StreamSocket& socket, const std::string& head) {
            socket.sendall(accepting(head));
            for (int pings = 0; pings < 3; ++pings) {
                socket.recv_exactly(6);
                socket.sendall(std::string("\x8a\0", 2));
            }
            socket.sendall(std::string("\x81\x02") + "hi");
            sio::sleep(sio::forever);
        });
        options.ping_timeout = 1min;
        sio::WebSocketClient kept(alive.url("ws"), options);
        CHECK(kept.receive()->data == "hi");
        options.ping_interval = -1ms;
        CHECK_THROWS_AS(sio::WebSocketClient(alive.url("ws"), options), sio::Error);
    });
}
