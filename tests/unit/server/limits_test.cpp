#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <sio/sio.hpp>

#include "unit/server/raw_client.hpp"

using namespace std::chrono_literals;
using namespace sio;
using test::RawClient;

namespace {

/// Whose handlers wait at a gate.
struct Gate : public virtual BaseNamespace {
    static Event& gate() {
        static Event event;
        return event;
    }
    static void events(EventTable<Gate>& on) {
        on("wait", [](Gate& self) {
            self.emit("waiting");
            gate().wait();
        });
    }
};

}  // namespace

TEST_CASE("clients that leave while their handlers run may not come again without end") {
    Namespaces namespaces;
    namespaces.add<Gate>("/");
    ServerOptions options;
    options.engine.max_idle_sessions_per_address = 3;
    SocketIOServer server({"127.0.0.1", 0}, route(namespaces), options);
    Gate::gate().clear();
    server.start();
    int status = 101;
    int came = 0;
    for (; status == 101 && came < 50; ++came) {
        RawClient client(server.port());
        status = client.upgrade("/socket.io/?EIO=4&transport=websocket");
        if (status != 101) break;
        client.receive();
        client.send_text("40");
        client.receive();
        client.send_text(R"(42["wait"])");
        CHECK(client.receive() == R"(42["waiting"])");
        client.raw().close();
        while (server.socket_count() != 0) std::this_thread::yield();
    }
    CHECK(status == 503);
    CHECK(came == 3);
    server.run_on(0, [] { Gate::gate().set(); });
    while (RawClient(server.port()).get("/socket.io/?EIO=4&transport=polling").status == 503) std::this_thread::yield();
    server.stop(0ms);
}

TEST_CASE("one connection may not open sessions without end") {
    Namespaces namespaces;
    namespaces.add<Gate>("/");
    ServerOptions options;
    options.workers = 3;
    options.engine.max_idle_sessions_per_address = 100;
    SocketIOServer server({"127.0.0.1", 0}, route(namespaces), options);
    server.start();
    const std::string handshakes[] = {"/socket.io/?EIO=4&transport=polling", "/socket.io/?EIO=3&transport=polling",
                                      "/socket.io/1/"};
    for (const std::string& target : handshakes) {
        CAPTURE(target);
        RawClient client(server.port());
        int opened = 0;
        while (opened < 1000 && client.get(target).status == 200) ++opened;
        CHECK(opened <= 100);
    }
    CHECK(server.socket_count() == 100);
    server.stop(0ms);
}

TEST_CASE("pages and WebSockets of an app whose handlers go on count as connections when their clients have left") {
    for (const std::string& target : {std::string("/page"), std::string("/ws")}) {
        CAPTURE(target);
        Gate::gate().clear();
        std::atomic<int> running{0};
        ServerOptions options;
        options.http.max_connections = 3;
        SocketIOServer server(
            {"127.0.0.1", 0},
            [&](Environ& environ) {
                const auto work = [&] {
                    ++running;
                    Gate::gate().wait();
                };
                if (environ.path() == "/page") {
                    work();
                    return Response(200);
                }
                return websocket(environ, [&](WebSocket&) { work(); });
            },
            options);
        server.start();
        for (int i = 0; i < 3; ++i) {
            RawClient client(server.port());
            client.raw().send("GET " + target +
                              " HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                              "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
            while (running <= i) std::this_thread::yield();
            client.raw().reset();
        }
        while (server.stats().workers.front().connections != 0) std::this_thread::yield();
        CHECK(RawClient(server.port()).raw().receive_all().starts_with("HTTP/1.1 503"));
        server.run_on(0, [] { Gate::gate().set(); });
        for (std::string refused = "HTTP/1.1 503"; refused.starts_with("HTTP/1.1 503");) {
            RawClient client(server.port());
            client.raw().try_send("GET / HTTP/1.0\r\n\r\n");
            refused = client.raw().receive_all();
        }
        server.stop(0ms);
    }
}
