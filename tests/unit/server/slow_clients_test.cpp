// Clients that do not read, of all generations, over sockets, with one worker and with three.

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <mutex>
#include <numeric>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <sio/sio.hpp>

#include "unit/server/peer.hpp"

using namespace std::chrono_literals;
using namespace sio;
using test::marks_in;
using test::Peer;

namespace {

constexpr std::size_t limit = 256 * 1024;
constexpr std::size_t message_size = 50'000;
// More than the limit and whatever the kernel buffers for a connection of this machine.
constexpr int many = 400;
// The same for a client that reads it all in the end.
constexpr int enough = 120;

std::string message(int n) { return "<" + std::to_string(n) + ">" + std::string(message_size, 'x'); }

/// What the namespaces have seen, for the test's thread.
struct Seen {
    std::atomic<int> poured{0};
    std::atomic<std::size_t> most_queued{0};
    std::atomic<std::uint64_t> missed{0};
    std::mutex mutex;
    std::vector<std::string> ended;

    std::vector<std::string> ends() {
        const std::lock_guard lock(mutex);
        return ended;
    }
};

class Flood : public virtual BaseNamespace {
public:
    explicit Flood(Seen& seen) : seen_(seen) {}

    static void events(EventTable<Flood>& on) {
        on("pour", [](Flood& self, int count) {
            for (int i = 0; i < count && self.connected(); ++i) {
                self.emit("n", message(i));
                ++self.seen_.poured;
                self.look();
            }
        });
        on("mark", [](Flood&, int n) { return "<" + std::to_string(n) + ">"; });
        // Everyone, this one included; a mark behind it for who reads.
        on("all", [](Flood& self, int n) {
            self.everyone().emit("n", message(n));
            self.everyone().emit("end", "<" + std::to_string(-n) + ">");
        });
        on("look", [](Flood& self, int) { self.look(); });
    }
    void recv_disconnect() override {
        const std::lock_guard lock(seen_.mutex);
        seen_.ended.emplace_back(disconnect_reason());
    }

private:
    void look() {
        const std::size_t queued = socket().queued_bytes();
        if (queued > seen_.most_queued) seen_.most_queued = queued;
        seen_.missed = socket().missed().oldest_packets;
    }

    Seen& seen_;
};

struct Fixture {
    Seen seen;
    Namespaces namespaces;
    std::optional<SocketIOServer> server;

    Fixture(SlowClients policy, std::size_t workers, ServerOptions options = {}) {
        namespaces.add<Flood>("/", std::ref(seen));
        options.workers = workers;
        options.engine.max_queued_bytes = limit;
        options.engine.slow_clients = policy;
        server.emplace(Address{"127.0.0.1", 0}, route(namespaces), options);
        server->start();
    }
    /// Each worker has done what it was sent, and then what that has led to.
    void settle() {
        for (int round = 0; round < 2; ++round) {
            for (std::size_t i = 0; i < server->config().workers; ++i) {
                std::promise<void> done;
                server->run_on(i, [&] { done.set_value(); });
                done.get_future().wait();
            }
        }
    }
    /// Broadcasts `n`; `reader` has it when this returns, and every worker has queued it.
    void broadcast(Peer& reader, int n) {
        reader.emit("all", n);
        const auto got = marks_in(reader.read_until("<" + std::to_string(-n) + ">"));
        CHECK(got == std::vector<int>{n, -n});
        settle();
    }
};

template <class Test>
void with_each(Test&& test) {
    for (const std::size_t workers : {1, 3}) {
        for (const auto& kind : test::peer_kinds) {
            CAPTURE(kind.name());
            CAPTURE(workers);
            test(kind, workers);
        }
    }
}

template <class Condition>
bool eventually(Condition&& condition) {
    for (int i = 0; i < 500; ++i) {
        if (condition()) return true;
        std::this_thread::sleep_for(10ms);
    }
    return false;
}

}  // namespace

TEST_CASE("a client that does not read is disconnected, and others get everything meanwhile") {
    with_each([](const test::PeerKind& kind, std::size_t workers) {
        Fixture f(SlowClients::disconnect, workers);
        Peer silent(f.server->port(), kind);
        Peer reader(f.server->port(), {Generation::eio4, false});
        int n = 0;
        while (++n < many && f.seen.ends().empty()) f.broadcast(reader, n);
        CHECK(f.seen.ends() == std::vector<std::string>{"slow consumer"});
        CHECK(f.server->socket_count() == 1);
        f.broadcast(reader, n);
    });
}

TEST_CASE(
    "a client that does not read misses the oldest events, but no acknowledgement, and what it gets is in order") {
    with_each([](const test::PeerKind& kind, std::size_t workers) {
        Fixture f(SlowClients::drop_oldest, workers);
        Peer silent(f.server->port(), kind);
        Peer reader(f.server->port(), {Generation::eio4, false});
        int n = 0;
        silent.emit("mark", 500'001, 1);
        while (++n < many && f.seen.missed < 5) {
            f.broadcast(reader, n);
            if (n == 3) silent.emit("mark", 500'002, 2);
            silent.emit("look", 0);
        }
        CHECK(f.seen.missed >= 5);
        CHECK(f.seen.ends().empty());
        // The limit, one message that may be larger, and the acknowledgements.
        CHECK(f.seen.most_queued < limit + 2 * message_size);
        silent.emit("mark", 500'003, 3);
        auto got = marks_in(silent.read_until("<500003>"));
        CHECK(std::ranges::count_if(got, [](int mark) { return mark > 500'000; }) == 3);
        // The events with their end marks, as they were sent.
        std::vector<int> events;
        std::ranges::copy_if(got, std::back_inserter(events), [](int mark) { return mark > 0 && mark < 500'000; });
        CHECK(std::ranges::is_sorted(events));
        CHECK(std::ranges::adjacent_find(events) == events.end());
        REQUIRE_FALSE(events.empty());
        CHECK(events.back() == n - 1);
        CHECK(events.size() < static_cast<std::size_t>(n - 1));
    });
}

TEST_CASE("with SlowClients::pause a handler goes at the pace of its client, and nothing is lost") {
    with_each([](const test::PeerKind& kind, std::size_t workers) {
        Fixture f(SlowClients::pause, workers);
        Peer slow(f.server->port(), kind);
        slow.emit("pour", enough);
        int poured = -1;
        CHECK(eventually([&] {
            std::this_thread::sleep_for(50ms);
            return std::exchange(poured, f.seen.poured.load()) == f.seen.poured && poured > 0;
        }));
        CHECK(poured < enough);
        CHECK(f.seen.most_queued < limit / 2 + 2 * message_size);
        // Another client is served as if nothing were.
        Peer other(f.server->port(), {Generation::eio4, true});
        other.emit("mark", 7, 1);
        CHECK(marks_in(other.read_until("<7>")) == std::vector<int>{7});

        std::vector<int> expected(enough);
        std::iota(expected.begin(), expected.end(), 0);
        const auto got = marks_in(slow.read_until("<" + std::to_string(enough - 1) + ">"));
        CHECK(got == expected);
        CHECK(f.seen.ends().empty());
    });
}

TEST_CASE("a handler that waits for a client which never reads goes on when its heartbeat is missing") {
    ServerOptions options;
    options.engine.ping_interval = 100ms;
    options.engine.ping_timeout = 100ms;
    Fixture f(SlowClients::pause, 1, options);
    Peer silent(f.server->port(), {Generation::eio4, false});
    silent.emit("pour", many);
    CHECK(eventually([&] { return !f.seen.ends().empty(); }));
    CHECK(f.seen.ends() == std::vector<std::string>{"ping timeout"});
    CHECK(f.seen.poured < many);
}
