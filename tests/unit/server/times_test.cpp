#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include <sio/sio.hpp>

#include "unit/server/raw_client.hpp"

using namespace std::chrono_literals;
using namespace sio;
using std::chrono::milliseconds;
using test::RawClient;

namespace {

struct Echo : public virtual BaseNamespace {
    static void events(EventTable<Echo>& on) {
        on("echo", [](Echo&, int n) { return n; });
        on("ask", [](Echo& self, int how) {
            const milliseconds limit = how == 0 ? milliseconds::min() : milliseconds::max();
            try {
                return self.timeout(limit).call<std::string>("question");
            } catch (const Timeout&) {
                return std::string("late");
            }
        });
    }
};

std::vector<std::function<milliseconds&(ServerOptions&)>> times() {
    return {
        [](ServerOptions& o) -> milliseconds& { return o.engine.ping_interval; },
        [](ServerOptions& o) -> milliseconds& { return o.engine.ping_timeout; },
        [](ServerOptions& o) -> milliseconds& { return o.engine.upgrade_timeout; },
        [](ServerOptions& o) -> milliseconds& { return o.engine.close_timeout; },
        [](ServerOptions& o) -> milliseconds& { return o.engine.v09.heartbeat_interval; },
        [](ServerOptions& o) -> milliseconds& { return o.engine.v09.heartbeat_timeout; },
        [](ServerOptions& o) -> milliseconds& { return o.engine.v09.close_timeout; },
        [](ServerOptions& o) -> milliseconds& { return o.engine.v09.polling_duration; },
        [](ServerOptions& o) -> milliseconds& { return o.socket.connect_timeout; },
        [](ServerOptions& o) -> milliseconds& { return o.socket.call_timeout; },
        [](ServerOptions& o) -> milliseconds& { return o.watchdog.limit; },
    };
}

std::vector<std::function<milliseconds&(HttpLimits&)>> http_times() {
    return {
        [](HttpLimits& o) -> milliseconds& { return o.first_byte_timeout; },
        [](HttpLimits& o) -> milliseconds& { return o.head_timeout; },
        [](HttpLimits& o) -> milliseconds& { return o.idle_timeout; },
        [](HttpLimits& o) -> milliseconds& { return o.body_period; },
        [](HttpLimits& o) -> milliseconds& { return o.send_period; },
        [](HttpLimits& o) -> milliseconds& { return o.close_timeout; },
        [](HttpLimits& o) -> milliseconds& { return o.half_close_timeout; },
    };
}

/// A server with a WebSocket of its own at `/ws`, and one client of each kind.
void talk(const ServerOptions& options) {
    Namespaces namespaces;
    namespaces.add<Echo>("/");
    SocketIOServer server(
        {"127.0.0.1", 0},
        [&](Environ& environ) {
            if (environ.path() != "/ws") return Response(socketio_manage(environ, namespaces));
            WebSocketOptions times;
            times.ping_interval = times.ping_timeout = times.close_timeout = milliseconds::max();
            return websocket(
                environ, [](WebSocket& ws) { ws.send_text(ws.receive().value_or(Message()).data); }, times);
        },
        options);
    server.start();
    RawClient client(server.port());
    REQUIRE(client.upgrade("/socket.io/?EIO=4&transport=websocket") == 101);
    CHECK(client.receive().starts_with("0{"));
    client.send_text("40");
    CHECK(client.receive().starts_with("40{"));
    client.send_text(R"(421["echo",5])");
    CHECK(client.receive() == "431[5]");
    client.send_text(R"(422["ask",0])");
    CHECK(client.receive().starts_with("42"));
    CHECK(client.receive() == R"(432["late"])");
    client.send_text(R"(423["ask",1])");
    const std::string asked = client.receive();
    client.send_text("43" + asked.substr(2, asked.find('[') - 2) + R"(["answer"])");
    CHECK(client.receive() == R"(433["answer"])");

    CHECK(RawClient(server.port()).get("/socket.io/?EIO=4&transport=polling").status == 200);
    CHECK(RawClient(server.port()).get("/socket.io/1/").status == 200);
    RawClient own(server.port());
    CHECK(own.upgrade("/ws") == 101);
    own.send_text("own");
    CHECK(own.receive() == "own");
    server.stop(0ms);
}

}  // namespace

TEST_CASE("the longest of times means for ever, everywhere, and zero or less is refused where it means nothing") {
    ServerOptions longest;
    for (const auto& time : times()) time(longest) = milliseconds::max();
    for (const auto& time : http_times()) time(longest.http) = milliseconds::max();
    longest.stop_timeout = milliseconds::max();
    talk(longest);
    for (const auto& time : times()) {
        ServerOptions negative;
        time(negative) = milliseconds::min();
        CHECK_THROWS_AS(SocketIOServer(Namespaces(), negative), std::invalid_argument);
    }
}

TEST_CASE("times of HTTP that are less than nothing are over at once, and harm nobody else") {
    for (const auto& time : http_times()) {
        ServerOptions options;
        time(options.http) = milliseconds::min();
        Namespaces namespaces;
        namespaces.add<Echo>("/");
        SocketIOServer server({"127.0.0.1", 0}, route(namespaces), options);
        server.start();
        for (int i = 0; i < 20; ++i) {
            RawClient client(server.port());
            client.raw().try_send("GET /socket.io/1/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            client.raw().receive();
        }
        server.stop(milliseconds::min());
        server.start();
        server.stop(milliseconds::max());
    }
}

TEST_CASE("the greeting of a WebSocket may be put off for ever, and the server stops all the same") {
    ServerOptions options;
    options.engine.websocket_greeting_delay = milliseconds::max();
    Namespaces namespaces;
    namespaces.add<Echo>("/");
    SocketIOServer server({"127.0.0.1", 0}, route(namespaces), options);
    server.start();
    RawClient client(server.port());
    CHECK(client.upgrade("/socket.io/?EIO=4&transport=websocket") == 101);
    CHECK_FALSE(client.raw().closed_within(20ms));
    server.stop(0ms);
}
