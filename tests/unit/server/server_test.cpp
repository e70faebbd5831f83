#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <string>
#include <thread>

#include <csignal>

#include <sio/sio.hpp>

#include "unit/server/raw_client.hpp"

using namespace std::chrono_literals;
using namespace sio;
using test::RawClient;

namespace {

class TestNamespace : public virtual BaseNamespace, public RoomsMixin {
public:
    static void events(EventTable<TestNamespace>& on) {
        on("echo", [](TestNamespace&, Args args) { return args; });
        on("join", [](TestNamespace& self, std::string room) { self.join(room); });
        on("slow", [](TestNamespace& self) {
            sio::sleep(50ms);
            self.emit("slow done");
        });
    }
};

App socket_app(const Namespaces& namespaces) {
    Router app;
    app.get("/", [](Environ&) { return Response(200, "home"); });
    app.get("/slow", [](Environ&) {
        sio::sleep(100ms);
        return Response(200, "slow");
    });
    app.any("/socket.io", [namespaces](Environ& environ) { return Response(socketio_manage(environ, namespaces)); });
    return app;
}

Namespaces test_namespaces() {
    Namespaces namespaces;
    namespaces.add<TestNamespace>("/");
    return namespaces;
}

/// A started server with one namespace and a page.
struct Fixture {
    Namespaces namespaces = test_namespaces();
    SocketIOServer server;
    explicit Fixture(ServerOptions options = {})
        : server({"127.0.0.1", 0}, socket_app(namespaces), std::move(options)) {
        server.start();
    }
};

/// A WebSocket session in the default namespace; the greetings have been read.
RawClient connect(std::uint16_t port) {
    RawClient client(port);
    REQUIRE(client.upgrade("/socket.io/?EIO=4&transport=websocket") == 101);
    CHECK(client.receive().substr(0, 8) == R"(0{"sid":)");
    client.send_text("40");
    CHECK(client.receive().substr(0, 9) == R"(40{"sid":)");
    return client;
}

}  // namespace

TEST_CASE("one port serves pages and Socket.IO over WebSocket") {
    Fixture f;
    RawClient http(f.server.port());
    CHECK(http.get("/").body == "home");
    CHECK(http.get("/nothing").status == 404);
    auto client = connect(f.server.port());
    client.send_text(R"(421["echo",1,"two"])");
    CHECK(client.receive() == R"(431[1,"two"])");
    CHECK(f.server.socket_count() == 1);
}

TEST_CASE("Socket.IO over long-polling, on one keep-alive connection") {
    Fixture f;
    RawClient client(f.server.port());
    const auto open = client.get("/socket.io/?EIO=4&transport=polling");
    REQUIRE(open.status == 200);
    const std::string sid = open.body.substr(9, 20);
    const std::string target = "/socket.io/?EIO=4&transport=polling&sid=" + sid;
    CHECK(client.request("POST", target, "40").body == "ok");
    CHECK(client.get(target).body.substr(0, 9) == R"(40{"sid":)");
    CHECK(client.request("POST", target, R"(420["echo","é"])").body == "ok");
    CHECK(client.get(target).body == R"(430["é"])");
    CHECK(client.get("/").body == "home");
    CHECK(client.request("PUT", target, "x").status == 400);
    CHECK(client.get("/socket.io/?EIO=4&transport=polling&sid=nonsense").status == 400);
}

TEST_CASE("a session whose app does not bind it is answered with what the app returned") {
    SocketIOServer server({"127.0.0.1", 0}, [](Environ&) { return Response(403, "closed today"); });
    server.start();
    RawClient client(server.port());
    CHECK(client.get("/socket.io/?EIO=4&transport=polling").status == 403);
    CHECK(client.upgrade("/socket.io/?EIO=4&transport=websocket") == 403);
    CHECK(server.socket_count() == 0);
}

TEST_CASE("an app may wait for the end of its session, and reads of others go on meanwhile") {
    auto namespaces = test_namespaces();
    std::promise<std::string> ended;
    SocketIOServer server({"127.0.0.1", 0}, [&](Environ& environ) {
        auto managed = socketio_manage(environ, namespaces);
        managed.join();
        ended.set_value(std::string(managed.socket().disconnect_reason()));
        return Response(managed);
    });
    server.start();
    {
        auto client = connect(server.port());
        auto other = connect(server.port());
        other.send_text("41");
        client.send_text(R"(421["echo"])");
        CHECK(client.receive() == "431[]");
        client.send_text("1");
        auto future = ended.get_future();
        REQUIRE(future.wait_for(5s) == std::future_status::ready);
        CHECK(future.get() == "transport close");
        ended = {};
    }
    server.stop();
}

TEST_CASE("a taken port is one clear line") {
    Fixture f;
    SocketIOServer second({"127.0.0.1", f.server.port()}, socket_app(f.namespaces));
    try {
        second.start();
        FAIL("started");
    } catch (const Error& error) {
        CHECK(error.code() == errc::cannot_start);
        CHECK(std::string(error.what()).find("cannot listen on 127.0.0.1:") != std::string::npos);
        CHECK(std::string(error.what()).find('\n') == std::string::npos);
    }
    CHECK(second.port() == 0);
}

TEST_CASE("options that make no sense are refused when the server is made") {
    ServerOptions options;
    options.engine.transports = {"polling", "carrier pigeon"};
    CHECK_THROWS_AS(SocketIOServer({"127.0.0.1", 0}, App(), options), std::invalid_argument);
    options = {};
    options.engine.ping_interval = 0ms;
    CHECK_THROWS_AS(SocketIOServer({"127.0.0.1", 0}, App(), options), std::invalid_argument);
    options = {};
    options.resource = "/";
    CHECK_THROWS_AS(SocketIOServer({"127.0.0.1", 0}, App(), options), std::invalid_argument);
}

TEST_CASE("stop closes WebSockets with 1001, ends waiting polls and lets answers that are under way end") {
    Fixture f;
    auto websocket = connect(f.server.port());
    RawClient polling(f.server.port());
    const std::string sid = polling.get("/socket.io/?EIO=4&transport=polling").body.substr(9, 20);
    auto poll =
        std::async(std::launch::async, [&] { return polling.get("/socket.io/?EIO=4&transport=polling&sid=" + sid); });
    RawClient http(f.server.port());
    auto slow = std::async(std::launch::async, [&] { return http.get("/slow"); });
    std::this_thread::sleep_for(30ms);
    auto stopped = std::async(std::launch::async, [&] { f.server.stop(5s); });
    CHECK(slow.get().body == "slow");
    CHECK(poll.get().body == "1");
    CHECK(websocket.receive() == wire::ws_close_payload(1001));
    // Only when all have gone is it over before its time.
    for (RawClient* const client : {&websocket, &polling, &http}) client->raw().close();
    CHECK(stopped.wait_for(4s) == std::future_status::ready);
    CHECK(f.server.port() == 0);
}

TEST_CASE("stop tells polling clients to close their connections, and does not wait until they do") {
    Fixture f;
    RawClient polling(f.server.port());
    const std::string sid = polling.get("/socket.io/?EIO=4&transport=polling").body.substr(9, 20);
    RawClient legacy(f.server.port());
    const std::string v09 = legacy.get("/socket.io/1/").body.substr(0, 20);
    CHECK(legacy.get("/socket.io/1/xhr-polling/" + v09).body == "1::");
    polling.raw().send("GET /socket.io/?EIO=4&transport=polling&sid=" + sid + " HTTP/1.1\r\nHost: a\r\n\r\n");
    legacy.raw().send("GET /socket.io/1/xhr-polling/" + v09 + " HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(RawClient(f.server.port()).get("/slow").body == "slow");  // the polls have come before it
    auto stopped = std::async(std::launch::async, [&] { f.server.stop(20s); });
    for (RawClient* const client : {&polling, &legacy}) {
        const auto last = client->raw().response();
        CHECK(last.status == 200);
        REQUIRE(last.headers.contains("connection"));
        CHECK(last.headers.at("connection") == "close");
    }
    CHECK(stopped.wait_for(3s) == std::future_status::ready);
}

TEST_CASE("a server that was stopped can be started again") {
    Fixture f;
    f.server.stop(1s);
    f.server.start();
    auto client = connect(f.server.port());
    client.send_text(R"(421["echo"])");
    CHECK(client.receive() == "431[]");
}

TEST_CASE("stop does not wait longer than it was told, and kills what still runs") {
    std::atomic<bool> unwound{false};
    SocketIOServer server({"127.0.0.1", 0}, [&](Environ&) {
        struct Mark {
            std::atomic<bool>& flag;
            ~Mark() { flag = true; }
        } mark{unwound};
        sio::sleep(1h);
        return Response(200);
    });
    server.start();
    RawClient client(server.port());
    client.raw().send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    std::this_thread::sleep_for(30ms);
    const auto start = std::chrono::steady_clock::now();
    server.stop(100ms);
    CHECK(std::chrono::steady_clock::now() - start < 3s);
    CHECK(unwound);
}

TEST_CASE("serve_forever ends at SIGTERM, and at stop()") {
    auto namespaces = test_namespaces();
    SocketIOServer server({"127.0.0.1", 0}, socket_app(namespaces));
    std::thread killer([&] {
        while (server.port() == 0) std::this_thread::sleep_for(1ms);
        std::this_thread::sleep_for(20ms);
        ::kill(::getpid(), SIGTERM);
    });
    server.serve_forever();
    killer.join();
    std::thread stopper([&] {
        while (server.port() == 0) std::this_thread::sleep_for(1ms);
        server.stop();
    });
    server.serve_forever();
    stopper.join();
}

TEST_CASE("IPv6, every address, a Unix socket, and several addresses at once") {
    auto namespaces = test_namespaces();
    SocketIOServer v6({"::1", 0}, socket_app(namespaces));
    v6.start();
    RawClient over_v6(net::test::Client::tcp(v6.port(), "::1"));
    CHECK(over_v6.get("/").body == "home");

    SocketIOServer any({"", 0}, socket_app(namespaces));
    any.start();
    CHECK(RawClient(any.port()).get("/").body == "home");

    const auto path = std::filesystem::temp_directory_path() / ("sio-server-test-" + std::to_string(::getpid()));
    SocketIOServer both({"127.0.0.1", 0}, socket_app(namespaces));
    both.listen({"unix:" + path.string()});
    both.start();
    CHECK(RawClient(both.port()).get("/").body == "home");
    RawClient over_unix(net::test::Client::unix_socket(path.string()));
    CHECK(over_unix.get("/").body == "home");
    both.stop();
    CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("the attachments of a packet are limited in number and in bytes") {
    ServerOptions options;
    options.engine.max_attachments = 2;
    options.engine.max_attachment_bytes = 10;
    Fixture f(options);
    const auto placeholder = [](int number) { return R"({"_placeholder":true,"num":)" + std::to_string(number) + "}"; };
    const std::string event = "452-1[\"echo\"," + placeholder(0) + "," + placeholder(1) + "]";
    {
        auto client = connect(f.server.port());
        client.send_text(event);
        client.send(wire::WsOpcode::binary, "12345");
        client.send(wire::WsOpcode::binary, "67890");
        CHECK(client.receive().substr(0, 5) == "462-1");
        CHECK(client.receive() == "12345");
        CHECK(client.receive() == "67890");
    }
    {
        auto client = connect(f.server.port());
        client.send_text(event);
        client.send(wire::WsOpcode::binary, "12345");
        client.send(wire::WsOpcode::binary, "678901");
        client.receive();
        CHECK(client.last_opcode == wire::WsOpcode::close);
    }
    auto client = connect(f.server.port());
    client.send_text("453-1[\"echo\"]");
    client.receive();
    CHECK(client.last_opcode == wire::WsOpcode::close);
}

TEST_CASE("bodies are limited by what the target belongs to") {
    ServerOptions options;
    options.engine.max_payload_bytes = 100;
    options.http.max_body_bytes = 200;
    Fixture f(options);
    CHECK(f.server.max_body_bytes("/socket.io/?x") == 100);
    CHECK(f.server.max_body_bytes("/socket.iox") == 200);
    RawClient client(f.server.port());
    CHECK(client.request("POST", "/socket.io/?EIO=4&transport=polling&sid=x", std::string(101, 'x')).status == 413);
    RawClient other(f.server.port());
    CHECK(other.request("POST", "/", std::string(201, 'x')).status == 413);
}

TEST_CASE("an Engine.IO endpoint of its own echoes messages") {
    auto namespaces = test_namespaces();
    SocketIOServer server({"127.0.0.1", 0}, socket_app(namespaces));
    std::promise<std::string> reason;
    server.engine_io("/engine.io", [&](EngineSocket& socket) {
        while (auto message = socket.receive()) {
            if (message->data == "bye") return;
            socket.send(*message);
        }
        reason.set_value(std::string(socket.close_reason()));
    });
    server.start();
    CHECK(server.owns("/engine.io/?EIO=4"));
    CHECK_FALSE(server.owns("/engine.ioo/"));
    {
        RawClient client(server.port());
        REQUIRE(client.upgrade("/engine.io/?EIO=4&transport=websocket") == 101);
        client.receive();
        client.send_text("4hello");
        CHECK(client.receive() == "4hello");
        client.send(wire::WsOpcode::binary, "bytes");
        CHECK(client.receive() == "bytes");
        client.send_text("4bye");
        CHECK(client.receive() == wire::ws_close_payload(1000));
    }
    {
        RawClient client(server.port());
        REQUIRE(client.upgrade("/engine.io/?EIO=4&transport=websocket") == 101);
        client.receive();
    }
    auto future = reason.get_future();
    REQUIRE(future.wait_for(5s) == std::future_status::ready);
    CHECK(future.get() == "transport close");
}

TEST_CASE("events from other threads reach the clients through the registry") {
    Fixture f;
    auto client = connect(f.server.port());
    f.namespaces.of("/").emit("news", "hello");
    CHECK(client.receive() == R"(42["news","hello"])");
}

TEST_CASE("a blocking handler lets acknowledgements and heartbeats pass, and keeps the order of events") {
    ServerOptions options;
    options.engine.ping_interval = 20ms;
    options.engine.ping_timeout = 500ms;
    Fixture f(options);
    auto client = connect(f.server.port());
    client.send_text(R"(42["slow"])");
    client.send_text(R"(421["echo"])");
    bool pinged = false;
    std::string next = client.receive();
    for (; next == "2"; next = client.receive()) {
        pinged = true;
        client.send_text("3");
    }
    CHECK(pinged);
    CHECK(next == R"(42["slow done"])");
    while ((next = client.receive()) == "2") client.send_text("3");
    CHECK(next == "431[]");
}

TEST_CASE("a socket is found by its session id on the server's thread") {
    Fixture f;
    RawClient client(f.server.port());
    const std::string sid = client.get("/socket.io/?EIO=4&transport=polling").body.substr(9, 20);
    std::promise<bool> found;
    f.server.post([&] { found.set_value(f.server.get_socket(sid) != nullptr && !f.server.get_socket("nobody")); });
    CHECK(found.get_future().get());
}
