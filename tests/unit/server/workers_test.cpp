#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <sio/sio.hpp>

#include "unit/server/raw_client.hpp"

using namespace std::chrono_literals;
using namespace sio;
using test::RawClient;

namespace {

/// Says where it runs, and talks to everyone.
class WorkerNamespace : public virtual BaseNamespace, public RoomsMixin, public BroadcastMixin {
public:
    static void events(EventTable<WorkerNamespace>& on) {
        on("where", [](WorkerNamespace&) { return std::hash<std::thread::id>()(std::this_thread::get_id()); });
        on("join", [](WorkerNamespace& self, std::string room) { self.join(room); });
        on("room", [](WorkerNamespace& self, std::string room, int n) { self.emit_to_room(room, "room", n); });
        on("all", [](WorkerNamespace& self, int n) { self.broadcast_event("all", n); });
        on("count", [](WorkerNamespace& self) { return self.to("everyone").sockets().size(); });
        on("echo", [](WorkerNamespace&, Args args) { return args; });
    }
};

struct Fixture {
    Namespaces namespaces;
    std::optional<SocketIOServer> server;

    explicit Fixture(std::size_t workers, ServerOptions options = {}) {
        namespaces.add<WorkerNamespace>("/");
        options.workers = workers;
        server.emplace(Address{"127.0.0.1", 0}, route(namespaces), options);
        server->start();
    }
    RawClient connect() {
        RawClient client(server->port());
        REQUIRE(client.upgrade("/socket.io/?EIO=4&transport=websocket") == 101);
        CHECK(client.receive().substr(0, 8) == R"(0{"sid":)");
        client.send_text("40");
        CHECK(client.receive().substr(0, 9) == R"(40{"sid":)");
        return client;
    }
};

std::string ask(RawClient& client, const std::string& event) {
    client.send_text("421" + event);
    return client.receive();
}

}  // namespace

TEST_CASE("sockets are spread over the workers, and rooms and broadcasts reach all of them") {
    Fixture f(3);
    std::vector<RawClient> clients;
    std::set<std::string> threads;
    // The kernel spreads connections by a hash: it takes some until each worker has one.
    for (int i = 0; i < 200 && threads.size() < 3; ++i) {
        clients.push_back(f.connect());
        threads.insert(ask(clients.back(), R"(["where"])"));
        CHECK(ask(clients.back(), R"(["join","everyone"])") == "431[]");
    }
    CHECK(threads.size() == 3);
    CHECK(f.server->socket_count() == clients.size());
    CHECK(ask(clients.front(), R"(["count"])") == "431[" + std::to_string(clients.size() - 1) + "]");

    // In the order of the sender, to everyone else.
    for (int n = 0; n < 20; ++n) clients.front().send_text("42[\"room\",\"everyone\"," + std::to_string(n) + "]");
    clients.front().send_text(R"(42["all",1])");
    CHECK(clients.front().receive() == R"(42["all",1])");
    for (std::size_t i = 1; i < clients.size(); ++i) {
        for (int n = 0; n < 20; ++n) CHECK(clients[i].receive() == "42[\"room\"," + std::to_string(n) + "]");
        CHECK(clients[i].receive() == R"(42["all",1])");
    }

    // From a thread that is none of the server's: once to each, not once for each worker.
    f.namespaces.of("/").emit("news", 1);
    f.namespaces.of("/").emit("news", 2);
    for (RawClient& client : clients) {
        CHECK(client.receive() == R"(42["news",1])");
        CHECK(client.receive() == R"(42["news",2])");
    }
    CHECK(f.namespaces.of("/").sockets().size() == clients.size());
    f.namespaces.of("/").close_connections();
    for (RawClient& client : clients) CHECK(client.receive() == "41");
}

TEST_CASE("polls find their session from whichever worker accepted their connection") {
    Fixture f(4);
    for (int round = 0; round < 10; ++round) {
        const auto opened = RawClient(f.server->port()).get("/socket.io/?EIO=4&transport=polling");
        const std::string session = "/socket.io/?EIO=4&transport=polling&sid=" + opened.body.substr(9, 20);
        // Each request over a connection of its own.
        CHECK(RawClient(f.server->port()).request("POST", session, "40").body == "ok");
        CHECK(RawClient(f.server->port()).get(session).body.substr(0, 9) == R"(40{"sid":)");
        CHECK(RawClient(f.server->port()).request("POST", session, R"(421["echo","x"])").body == "ok");
        CHECK(RawClient(f.server->port()).get(session).body == R"(431["x"])");
        RawClient upgrade(f.server->port());
        CHECK(upgrade.upgrade("/socket.io/?EIO=4&transport=websocket&sid=" + opened.body.substr(9, 20)) == 101);
        upgrade.send_text("2probe");
        CHECK(upgrade.receive() == "3probe");
        upgrade.send_text("5");
        upgrade.send_text(R"(422["echo","y"])");
        CHECK(upgrade.receive() == R"(432["y"])");
    }
    CHECK(RawClient(f.server->port()).get("/socket.io/?EIO=4&transport=polling&sid=AAAAAAAAAAAAAAAAAAAA").status ==
          400);
    CHECK(RawClient(f.server->port()).get("/socket.io/?EIO=4&transport=polling&sid=_AAAAAAAAAAAAAAAAAAA").status ==
          400);
}

TEST_CASE("the limit on sessions is one of the server, not of a worker") {
    ServerOptions options;
    options.engine.max_sessions = 5;
    Fixture f(3, options);
    std::vector<RawClient> clients;
    for (int i = 0; i < 5; ++i) clients.push_back(f.connect());
    CHECK(RawClient(f.server->port()).get("/socket.io/?EIO=4&transport=polling").status == 503);
    clients.pop_back();
    for (int i = 0; i < 500 && f.server->socket_count() == 5; ++i) std::this_thread::sleep_for(2ms);
    CHECK(RawClient(f.server->port()).get("/socket.io/?EIO=4&transport=polling").status == 200);
}

TEST_CASE("jobs run on the worker that they are sent to, and know which it is") {
    Fixture f(3);
    CHECK(f.server->current_worker() == std::nullopt);
    for (std::size_t i = 0; i < 3; ++i) {
        std::promise<std::optional<std::size_t>> where;
        f.server->run_on(i, [&] { where.set_value(f.server->current_worker()); });
        CHECK(where.get_future().get() == i);
    }
    CHECK_THROWS_AS(f.server->run_on(3, [] {}), std::out_of_range);
    CHECK_THROWS_AS(static_cast<void>(f.server->get_socket("x")), std::logic_error);
    for (const std::size_t workers : {0u, 65u}) {
        ServerOptions options;
        options.workers = workers;
        CHECK_THROWS_AS(SocketIOServer(Address{}, App(), options), std::invalid_argument);
    }
}

TEST_CASE("a server of several workers stops in order while everybody talks, and starts again") {
    Fixture f(3);
    for (int round = 0; round < 3; ++round) {
        std::vector<RawClient> clients;
        for (int i = 0; i < 12; ++i) clients.push_back(f.connect());
        for (RawClient& client : clients) {
            for (int n = 0; n < 50; ++n) client.send_text(R"(42["all",1])");
        }
        auto stopped = std::async(std::launch::async, [&] { f.server->stop(5s); });
        for (RawClient& client : clients) {
            while (client.receive() != "" && client.last_opcode == wire::WsOpcode::text) {
            }
            CHECK(client.last_opcode == wire::WsOpcode::close);
            client.raw().close();
        }
        CHECK(stopped.wait_for(4s) == std::future_status::ready);
        f.server->start();
    }
}
