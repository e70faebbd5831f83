// Clients of 0.9 and Flash players against a whole server.

#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

#include <sio/sio.hpp>

#include "unit/server/raw_client.hpp"

using namespace std::chrono_literals;
using namespace sio;
using test::RawClient;

namespace {

class Echo : public virtual BaseNamespace {
public:
    static void events(EventTable<Echo>& on) {
        on("echo", [](Echo&, Args args) { return args; });
        on("fail", [](Echo&) { throw std::runtime_error("on purpose"); });
        on("slow", [](Echo& self) {
            sio::sleep(100ms);
            self.emit("slow done");
        });
    }
};

Namespaces namespaces() {
    Namespaces all;
    all.add<Echo>("/");
    return all;
}

/// A started server; `turns_away` is an app that binds nobody.
struct Fixture {
    Namespaces all = namespaces();
    SocketIOServer server;
    explicit Fixture(ServerOptions options = {}, bool turns_away = false)
        : server({"127.0.0.1", 0}, turns_away ? App([](Environ&) { return Response(403, "no"); }) : route(all),
                 std::move(options)) {
        server.start();
    }
    std::string handshake() {
        RawClient client(server.port());
        const auto answer = client.get("/socket.io/1/");
        CHECK(answer.status == 200);
        return answer.body.substr(0, answer.body.find(':'));
    }
};

std::string policy_of(RawClient& flash) {
    flash.raw().send(std::string("<policy-file-request/>\0", 23));
    return flash.raw().receive_all();
}

std::string policy_at(std::uint16_t port) {
    RawClient flash(port);
    return policy_of(flash);
}

}  // namespace

TEST_CASE("a 0.9 client is served beside the others, and a failing handler ends nothing") {
    Fixture f;
    RawClient client(f.server.port());
    REQUIRE(client.upgrade("/socket.io/1/websocket/" + f.handshake()) == 101);
    CHECK(client.receive() == "1::");
    client.send_text(R"(5:1+::{"name":"echo","args":["a+b"]})");
    CHECK(client.receive() == R"(6:::1+["a+b"])");
    client.send_text(R"(5:2+::{"name":"fail"})");
    CHECK(client.receive() == R"(5:::{"name":"error","args":["internal_error","Internal error"]})");
    client.send_text(R"(5:0+::{"name":"echo"})");
    CHECK(client.receive() == "6:::0");
    CHECK(f.server.socket_count() == 1);

    RawClient modern(f.server.port());
    REQUIRE(modern.upgrade("/socket.io/?EIO=4&transport=websocket") == 101);
    CHECK(modern.receive().starts_with("0{"));
}

TEST_CASE("acknowledgements and heartbeats of a 0.9 client go on while a handler blocks") {
    ServerOptions options;
    options.engine.v09.heartbeat_interval = 20ms;
    Fixture f(options);
    RawClient client(f.server.port());
    REQUIRE(client.upgrade("/socket.io/1/websocket/" + f.handshake()) == 101);
    CHECK(client.receive() == "1::");
    client.send_text(R"(5:7::{"name":"slow"})");
    CHECK(client.receive() == "6:::7");
    CHECK(client.receive() == "2::");
    client.send_text("2::");
    std::string next;
    do {
        next = client.receive();
        if (next == "2::") client.send_text("2::");
    } while (next == "2::");
    CHECK(next == R"(5:::{"name":"slow done"})");
}

TEST_CASE("an app that binds no namespace turns 0.9 clients away with its answer") {
    Fixture f({}, true);
    RawClient client(f.server.port());
    CHECK(client.get("/socket.io/1/").status == 403);
    CHECK(f.server.socket_count() == 0);
}

TEST_CASE("a server says whether it serves 0.9") {
    ServerOptions options;
    options.engine.generations = {Generation::eio4};
    Fixture f(options);
    RawClient client(f.server.port());
    CHECK(client.get("/socket.io/1/").status == 400);
    CHECK(client.get("/socket.io/?EIO=4&transport=polling").status == 200);
}

TEST_CASE("the Flash policy is for those who set domains or allow origins, on each port and on one of its own") {
    Fixture none;
    CHECK(none.server.policy_port() == 0);

    ServerOptions options;
    options.flash_policy.domains = {"*.example.org"};
    options.flash_policy.listener = Address{"127.0.0.1", 0};
    Fixture own(options);
    CHECK(policy_at(own.server.port()).find(R"(domain="*.example.org" to-ports="*")") != std::string::npos);
    CHECK(policy_at(own.server.policy_port()).find(R"(domain="*.example.org")") != std::string::npos);

    ServerOptions origins;
    origins.engine.cors.allowed_origins = {"https://app.example:8443", "http://[::1]:80"};
    Fixture derived(origins);
    const std::string policy = policy_at(derived.server.port());
    CHECK(policy.find(R"(domain="app.example")") != std::string::npos);
    CHECK(policy.find(R"(domain="[::1]")") != std::string::npos);
}

TEST_CASE("a port for a policy that there is not is a mistake") {
    ServerOptions options;
    options.flash_policy.listener = Address{"127.0.0.1", 0};
    SocketIOServer server({"127.0.0.1", 0}, route(namespaces()), options);
    CHECK_THROWS_AS(server.start(), std::invalid_argument);
}

TEST_CASE("serve() takes gevent-socketio's transports and policy server, and ends at SIGTERM") {
    const auto path = std::filesystem::temp_directory_path() / ("sio-serve-test-" + std::to_string(::getpid()));
    std::thread visitor([&] {
        while (!std::filesystem::exists(path)) std::this_thread::sleep_for(1ms);
        RawClient client(net::test::Client::unix_socket(path.string()));
        const std::string handshake = client.get("/chat/1/").body;
        CHECK(handshake.substr(handshake.find(':')) == ":60:60:xhr-polling,htmlfile");
        CHECK(client.get("/chat/?EIO=4&transport=websocket").status == 400);
        RawClient flash(net::test::Client::unix_socket(path.string()));
        CHECK(policy_of(flash).find(R"(domain="*")") != std::string::npos);
        ::kill(::getpid(), SIGTERM);
    });
    serve(route(namespaces()), {.host = "unix:" + path.string(),
                                .resource = "chat",
                                .transports = "xhr-polling,htmlfile",
                                .flash_policy = {.domains = {"*"}}});
    visitor.join();
    CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("options of 0.9 are checked before anything is served") {
    ServerOptions options;
    options.engine.v09.transports = {"telegraph"};
    CHECK_THROWS_AS(SocketIOServer(namespaces(), options), std::invalid_argument);
    options.engine.v09.transports = {"websocket"};
    options.engine.v09.heartbeat_interval = 0ms;
    CHECK_THROWS_AS(SocketIOServer(namespaces(), options), std::invalid_argument);
}
