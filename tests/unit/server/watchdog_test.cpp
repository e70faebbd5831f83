#include <doctest/doctest.h>

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <sio/sio.hpp>

#include "unit/server/raw_client.hpp"

using namespace std::chrono_literals;
using namespace sio;
using test::RawClient;

namespace {

class Blocking : public virtual BaseNamespace {
public:
    static void events(EventTable<Blocking>& on) {
        on("block", [](Blocking&) { std::this_thread::sleep_for(150ms); });
        on("sleep", [](Blocking&) { sio::sleep(150ms); });
        on("sleep, then block", [](Blocking&) {
            sio::sleep(20ms);
            std::this_thread::sleep_for(150ms);
        });
        on("spawn",
           [](Blocking& self) { self.spawn([] { std::this_thread::sleep_for(150ms); }).set_name("counts beans"); });
    }
};

struct Fixture {
    std::mutex mutex;
    std::vector<Stall> stalls;
    std::optional<SocketIOServer> server;

    explicit Fixture(std::chrono::milliseconds limit = 60ms, std::size_t workers = 1) {
        Namespaces namespaces;
        namespaces.add<Blocking>("/").add<Blocking>("/chat");
        Router app;
        app.any("/socket.io", route(namespaces));
        app.get("/slow", [](Environ&) {
            std::this_thread::sleep_for(150ms);
            return Response(200, "slow");
        });
        ServerOptions options;
        options.workers = workers;
        options.watchdog.limit = limit;
        options.watchdog.on_stall = [this](const Stall& stall) {
            const std::lock_guard lock(mutex);
            stalls.push_back(stall);
        };
        server.emplace(Address{"127.0.0.1", 0}, app, options);
        server->start();
    }
    std::vector<Stall> reports() {
        const std::lock_guard lock(mutex);
        return stalls;
    }
    /// The task of the one stall that was noticed, and passed.
    std::string the_stall() {
        for (int i = 0; i < 300 && reports().size() < 2; ++i) std::this_thread::sleep_for(10ms);
        const auto all = reports();
        REQUIRE(all.size() == 2);
        CHECK_FALSE(all[0].over);
        CHECK(all[0].duration >= 60ms);
        CHECK(all[1].over);
        CHECK(all[1].duration >= all[0].duration);
        CHECK(all[1].task == all[0].task);
        return all[0].task;
    }
    RawClient connect(const std::string& nsp) {
        RawClient client(server->port());
        REQUIRE(client.upgrade("/socket.io/?EIO=4&transport=websocket") == 101);
        client.receive();
        client.send_text("40" + nsp);
        client.receive();
        return client;
    }
};

}  // namespace

TEST_CASE("the watchdog names the event that keeps a worker to itself, and says when that is over") {
    Fixture f;
    auto client = f.connect("/chat,");
    client.send_text(R"(42/chat,["block"])");
    CHECK(f.the_stall() == R"(/chat "block")");
}

TEST_CASE("the watchdog names an event whose handler waited before it blocked, and not the events between") {
    Fixture f;
    auto client = f.connect("");
    auto other = f.connect("/chat,");
    client.send_text(R"(42["sleep, then block"])");
    other.send_text(R"(421["nothing there"])");
    CHECK(f.the_stall() == R"(/ "sleep, then block")");
}

TEST_CASE("the watchdog names the path of a request, without its query") {
    Fixture f;
    RawClient client(f.server->port());
    CHECK(client.get("/slow?token=secret").body == "slow");
    CHECK(f.the_stall() == "GET /slow");
}

TEST_CASE("the watchdog names a greenlet that has a name") {
    Fixture f;
    auto client = f.connect("");
    client.send_text(R"(42["spawn"])");
    CHECK(f.the_stall() == "greenlet \"counts beans\"");
}

TEST_CASE("handlers that block their greenlet are nobody's concern, and a watchdog may be off") {
    Fixture f;
    auto client = f.connect("");
    client.send_text(R"(42["sleep"])");
    std::this_thread::sleep_for(250ms);
    CHECK(f.reports().empty());

    Fixture off(0ms);
    auto blocking = off.connect("");
    blocking.send_text(R"(42["block"])");
    std::this_thread::sleep_for(250ms);
    CHECK(off.reports().empty());
}

TEST_CASE("a limit that is too short to be watched is refused") {
    ServerOptions options;
    options.watchdog.limit = 3ms;
    CHECK_THROWS_AS(SocketIOServer({"127.0.0.1", 0}, App(), options), std::invalid_argument);
    options.watchdog.limit = -1ms;
    CHECK_THROWS_AS(SocketIOServer({"127.0.0.1", 0}, App(), options), std::invalid_argument);
}
