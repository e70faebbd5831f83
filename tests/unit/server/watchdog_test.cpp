#include <doctest/doctest.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
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

constexpr auto limit = 200ms;

/// What the watchdog of the test said.
class Reports {
public:
    void clear() {
        const std::lock_guard lock(mutex_);
        stalls_.clear();
    }
    void add(const Stall& stall) {
        const std::lock_guard lock(mutex_);
        stalls_.push_back(stall);
        more_.notify_all();
    }
    /// Keeps the calling thread until there are `count` of them, however slow the machine is.
    std::vector<Stall> wait_for(std::size_t count) {
        std::unique_lock lock(mutex_);
        more_.wait_for(lock, 20s, [&] { return stalls_.size() >= count; });
        return stalls_;
    }
    std::vector<Stall> so_far() { return wait_for(0); }

private:
    std::mutex mutex_;
    std::condition_variable more_;
    std::vector<Stall> stalls_;
};

Reports reports;

/// What no handler should do.
void block_until_reported() { reports.wait_for(1); }

class Blocking : public virtual BaseNamespace {
public:
    static void events(EventTable<Blocking>& on) {
        on("block", [](Blocking&) { block_until_reported(); });
        on("block unseen", [](Blocking&) { std::this_thread::sleep_for(2 * limit); });
        on("sleep", [](Blocking&) { sio::sleep(2 * limit); });
        on("sleep, then block", [](Blocking&) {
            sio::sleep(20ms);
            block_until_reported();
        });
        on("spawn", [](Blocking& self) { self.spawn(block_until_reported).set_name("counts beans"); });
    }
};

struct Fixture {
    std::optional<SocketIOServer> server;

    explicit Fixture(std::chrono::milliseconds watched_limit = limit) {
        reports.clear();
        Namespaces namespaces;
        namespaces.add<Blocking>("/").add<Blocking>("/chat");
        Router app;
        app.any("/socket.io", route(namespaces));
        app.get("/slow", [](Environ&) {
            block_until_reported();
            return Response(200, "slow");
        });
        ServerOptions options;
        options.watchdog.limit = watched_limit;
        options.watchdog.on_stall = [](const Stall& stall) { reports.add(stall); };
        server.emplace(Address{"127.0.0.1", 0}, app, options);
        server->start();
    }
    /// The task of the one stall that was noticed, and passed.
    std::string the_stall() {
        const auto all = reports.wait_for(2);
        REQUIRE(all.size() == 2);
        CHECK_FALSE(all[0].over);
        CHECK(all[0].duration >= limit);
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
    std::this_thread::sleep_for(3 * limit);
    CHECK(reports.so_far().empty());

    Fixture off(0ms);
    auto blocking = off.connect("");
    blocking.send_text(R"(42["block unseen"])");
    std::this_thread::sleep_for(3 * limit);
    CHECK(reports.so_far().empty());
}

TEST_CASE("a limit that is too short to be watched is refused") {
    ServerOptions options;
    options.watchdog.limit = 3ms;
    CHECK_THROWS_AS(SocketIOServer({"127.0.0.1", 0}, App(), options), std::invalid_argument);
    options.watchdog.limit = -1ms;
    CHECK_THROWS_AS(SocketIOServer({"127.0.0.1", 0}, App(), options), std::invalid_argument);
}
