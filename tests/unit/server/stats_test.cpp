// SocketIOServer::stats() and their OpenMetrics text, with one worker and with three.

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include <sio/open_metrics.hpp>
#include <sio/sio.hpp>

#include "support/open_metrics.hpp"
#include "unit/server/peer.hpp"

using namespace std::chrono_literals;
using namespace sio;
using test::OpenMetrics;
using test::Peer;
using test::RawClient;

namespace {

constexpr std::size_t queue_limit = 128 * 1024;

class StatsNamespace : public virtual BaseNamespace, public RoomsMixin {
public:
    static void events(EventTable<StatsNamespace>& on) {
        on("echo", [](StatsNamespace&, int n) { return n; });
        on("join", [](StatsNamespace& self, int n) {
            self.join("room " + std::to_string(n));
            return n;
        });
        on("pour", [](StatsNamespace& self, int count) {
            for (int i = 0; i < count && self.connected(); ++i) self.emit("n", std::string(50'000, 'x'));
        });
    }
};

struct Fixture {
    Namespaces namespaces;
    std::optional<SocketIOServer> server;

    explicit Fixture(std::size_t workers, ServerOptions options = {}) {
        namespaces.add<StatsNamespace>("/");
        options.workers = workers;
        options.metrics_path = "/metrics";
        options.watchdog.limit = 200ms;
        options.stop_timeout = 1s;
        server.emplace(Address{"127.0.0.1", 0}, route(namespaces), std::move(options));
        server->start();
    }
    OpenMetrics scrape() const { return OpenMetrics(RawClient(server->port()).get("/metrics").body); }
    std::uint64_t sum(std::uint64_t WorkerStats::* number) const {
        const Stats stats = server->stats();
        return std::accumulate(stats.workers.begin(), stats.workers.end(), std::uint64_t{0},
                               [&](std::uint64_t sum, const WorkerStats& each) { return sum + each.*number; });
    }
    std::uint64_t named(std::vector<NamedCount> WorkerStats::* counts, std::string_view name) const {
        std::uint64_t sum = 0;
        for (const WorkerStats& worker : server->stats().workers) {
            const auto found = std::ranges::find(worker.*counts, name, &NamedCount::name);
            REQUIRE(found != (worker.*counts).end());
            sum += found->count;
        }
        return sum;
    }
};

/// Waits for what happens on another thread soon, or fails.
template <class Condition>
bool comes_true(const Condition& condition) {
    for (int i = 0; i < 3000; ++i) {
        if (condition()) return true;
        std::this_thread::sleep_for(5ms);
    }
    return false;
}

std::string echo_answer(const Peer& peer) { return peer.kind().generation == Generation::v09 ? "6:::7+[5]" : "437[5]"; }

}  // namespace

TEST_CASE("stats know the clients of each generation and transport, and what they have said") {
    for (const std::size_t workers : {std::size_t{1}, std::size_t{3}}) {
        CAPTURE(workers);
        Fixture f(workers);
        std::vector<Peer> peers;
        for (const auto& kind : test::peer_kinds) peers.emplace_back(f.server->port(), kind);
        for (Peer& peer : peers) {
            peer.emit("echo", 5, 7);
            CHECK(peer.read_until(echo_answer(peer)).find(echo_answer(peer)) != std::string::npos);
            peer.emit("join", 1);
        }
        CHECK(comes_true([&] { return f.sum(&WorkerStats::messages_received) >= 2 * peers.size(); }));

        const Stats stats = f.server->stats();
        CHECK(stats.workers.size() == workers);
        for (const WorkerStats& worker : stats.workers) CHECK(worker.answered);
        const auto clients = [&](Generation generation, std::string_view transport) {
            std::uint64_t sum = 0;
            for (const WorkerStats& worker : stats.workers) {
                for (const ClientCount& each : worker.clients) {
                    if (each.generation == generation && each.transport == transport) sum += each.count;
                }
            }
            return sum;
        };
        CHECK(clients(Generation::v09, "websocket") == 1);
        CHECK(clients(Generation::v09, "xhr-polling") == 1);
        CHECK(clients(Generation::eio3, "websocket") == 1);
        CHECK(clients(Generation::eio3, "polling") == 1);
        CHECK(clients(Generation::eio4, "websocket") == 1);
        CHECK(clients(Generation::eio4, "polling") == 1);
        CHECK(f.sum(&WorkerStats::sockets) == peers.size());
        CHECK(f.server->socket_count() == peers.size());
        CHECK(f.sum(&WorkerStats::sessions_opened) == peers.size());
        // Of each: an acknowledgement at least; the connects are packets, too.
        CHECK(f.sum(&WorkerStats::messages_sent) >= 2 * peers.size());
        CHECK(f.sum(&WorkerStats::packets_sent) >= f.sum(&WorkerStats::messages_sent));
        CHECK(f.sum(&WorkerStats::packets_received) >= 2 * peers.size());
        CHECK(f.sum(&WorkerStats::bytes_received) > 1000);
        CHECK(f.sum(&WorkerStats::bytes_sent) > 1000);
        CHECK(f.sum(&WorkerStats::rooms) >= 1);
        CHECK(f.sum(&WorkerStats::stack_bytes) > 0);
        CHECK(f.sum(&WorkerStats::buffer_bytes) > 0);
        CHECK(f.sum(&WorkerStats::connections_accepted) >= peers.size());

        peers.clear();
        CHECK(comes_true([&] { return f.named(&WorkerStats::sessions_closed, "transport close") >= 3; }));
        CHECK(comes_true([&] { return f.sum(&WorkerStats::connections) == 0; }));
    }
}

TEST_CASE("metrics are OpenMetrics text, of every worker, and say what stats() says") {
    for (const std::size_t workers : {std::size_t{1}, std::size_t{3}}) {
        CAPTURE(workers);
        Fixture f(workers);
        Peer websocket(f.server->port(), {Generation::eio4, false});
        Peer polling(f.server->port(), {Generation::eio3, true});
        CHECK(RawClient(f.server->port()).get("/socket.io/?EIO=9&transport=polling").status == 400);

        const auto answer = RawClient(f.server->port()).get("/metrics");
        CHECK(answer.status == 200);
        CHECK(answer.headers.at("content-type") == "application/openmetrics-text; version=1.0.0; charset=utf-8");
        const OpenMetrics metrics(answer.body);
        CHECK(metrics.families().size() > 25);
        CHECK(metrics.sum("sio_worker_answered") == static_cast<double>(workers));
        CHECK(metrics.sum("sio_sockets") == 2);
        CHECK(metrics.sum("sio_clients", {{"generation", "eio4"}, {"transport", "websocket"}}) == 1);
        CHECK(metrics.sum("sio_clients", {{"generation", "eio3"}, {"transport", "polling"}}) == 1);
        CHECK(metrics.sum("sio_sessions_opened_total") == 2);
        CHECK(metrics.sum("sio_http_responses_total", {{"class", "1xx"}}) == 1);
        CHECK(metrics.sum("sio_http_responses_total", {{"class", "4xx"}}) == 1);
        CHECK(metrics.sum("sio_http_responses_total", {{"class", "2xx"}}) == 1);
        CHECK(metrics.sum("sio_received_bytes_total") > 300);
        CHECK(metrics.families().at("sio_queued_bytes") == "gauge");
        for (std::size_t i = 0; i < workers; ++i) {
            CHECK(metrics.value("sio_connections", {{"worker", std::to_string(i)}}) >= 0);
        }
        CHECK(comes_true([&] { return f.scrape().sum("sio_loop_lag_seconds_count") > static_cast<double>(workers); }));
    }
}

TEST_CASE("clients that do not read show in the queues, and then among the closed sessions") {
    for (const std::size_t workers : {std::size_t{1}, std::size_t{3}}) {
        CAPTURE(workers);
        ServerOptions options;
        options.engine.max_queued_bytes = queue_limit;
        Fixture f(workers, std::move(options));
        Peer slow(f.server->port(), {Generation::eio4, true});
        slow.emit("pour", 2);
        CHECK(comes_true([&] { return f.sum(&WorkerStats::queued_bytes) > 100'000; }));
        CHECK(f.sum(&WorkerStats::largest_queue_bytes) > 100'000);
        CHECK(f.named(&WorkerStats::sessions_closed, "slow consumer") == 0);
        slow.emit("pour", 10);
        CHECK(comes_true([&] { return f.named(&WorkerStats::sessions_closed, "slow consumer") == 1; }));
        CHECK(f.sum(&WorkerStats::queued_bytes) == 0);
        CHECK(f.sum(&WorkerStats::sockets) == 0);
    }
}

TEST_CASE("limits, drops and upgrades are counted") {
    ServerOptions options;
    options.engine.max_sessions = 2;
    options.engine.max_queued_bytes = queue_limit;
    options.engine.slow_clients = SlowClients::drop_oldest;
    options.socket.max_rooms = 1;
    options.http.max_header_fields = 5;
    Fixture f(1, std::move(options));

    Peer client(f.server->port(), {Generation::eio4, true});
    client.emit("pour", 10);
    CHECK(comes_true([&] { return f.sum(&WorkerStats::oldest_drops) > 0; }));
    client.emit("join", 1);
    client.emit("join", 2);
    CHECK(comes_true([&] { return f.named(&WorkerStats::limits_reached, "max_rooms") == 1; }));

    const std::string handshake = "/socket.io/?EIO=4&transport=polling";
    const std::string sid = RawClient(f.server->port()).get(handshake).body.substr(9, 20);
    CHECK(RawClient(f.server->port()).get(handshake).status == 503);
    CHECK(f.named(&WorkerStats::limits_reached, "max_sessions") == 1);

    RawClient upgrade(f.server->port());
    CHECK(upgrade.upgrade("/socket.io/?EIO=4&transport=websocket&sid=" + sid) == 101);
    upgrade.send_text("2probe");
    CHECK(upgrade.receive() == "3probe");
    upgrade.send_text("5");
    CHECK(comes_true([&] { return f.sum(&WorkerStats::upgrades) == 1; }));

    std::string fields;
    for (int i = 0; i < 6; ++i) fields += "X-" + std::to_string(i) + ": 1\r\n";
    CHECK(RawClient(f.server->port()).request("GET", "/", {}, fields).status == 431);
    CHECK(f.sum(&WorkerStats::requests_refused) == 1);
}

TEST_CASE("stats() asks from threads of others, in greenlets of every worker, and while the server stops") {
    Fixture f(3);
    Peer client(f.server->port(), {Generation::eio4, false});
    std::atomic<int> complete{0};
    std::atomic<int> alone{0};
    for (std::size_t i = 0; i < 3; ++i) {
        f.server->run_on(i, [&] {
            spawn([&] {
                const Stats stats = f.server->stats();
                if (std::ranges::all_of(stats.workers, &WorkerStats::answered)) ++complete;
            });
        });
        f.server->run_on(i, [&, i] {
            // In no greenlet there is nobody to wait.
            const Stats stats = f.server->stats();
            if (stats.workers.size() == 3 && stats.workers[i].answered && f.server->socket_count() == 1) ++alone;
        });
    }
    CHECK(comes_true([&] { return complete == 3 && alone == 3; }));

    std::atomic<bool> ended{false};
    std::thread asking([&] {
        while (!f.server->stats().workers.empty()) ++complete;
        ended = true;
    });
    f.server->stop();
    asking.join();
    CHECK(ended);
    CHECK(f.server->socket_count() == 0);
}

TEST_CASE("a worker that is stuck is said to have not answered, and its sums are known all the same") {
    Fixture f(1);
    Peer client(f.server->port(), {Generation::eio4, false});
    std::atomic<bool> stuck{false};
    std::atomic<bool> release{false};
    f.server->run_on(0, [&] {
        stuck = true;
        while (!release) std::this_thread::sleep_for(1ms);
    });
    while (!stuck) std::this_thread::sleep_for(1ms);
    const Stats stats = f.server->stats();
    release = true;
    REQUIRE(stats.workers.size() == 1);
    CHECK_FALSE(stats.workers[0].answered);
    CHECK(stats.workers[0].sessions_opened == 1);
    CHECK(stats.workers[0].sockets == 1);
    const OpenMetrics metrics(open_metrics(stats));
    CHECK(metrics.value("sio_worker_answered", {{"worker", "0"}}) == 0);
    CHECK_THROWS_AS(metrics.value("sio_rooms", {{"worker", "0"}}), std::out_of_range);
    CHECK(metrics.value("sio_sessions_opened_total", {{"worker", "0"}}) == 1);
}

TEST_CASE("metrics are served nowhere unless asked for, to GET and HEAD alone, and behind a guard when mounted") {
    Namespaces namespaces;
    namespaces.add<StatsNamespace>("/");
    std::optional<SocketIOServer> server;
    Router pages;
    pages.get("/inside", [&](Environ& environ) {
        const auto check = [](const BasicCredentials& who) { return who.user == "m" && who.password == "s"; };
        return wrap(metrics_app(*server), {basic_auth("metrics", check)})(environ);
    });
    pages.any("/socket.io", route(namespaces));
    server.emplace(Address{"127.0.0.1", 0}, pages);
    server->start();
    CHECK(RawClient(server->port()).get("/metrics").status == 404);
    CHECK(RawClient(server->port()).get("/inside").status == 401);
    const auto inside = RawClient(server->port()).request("GET", "/inside", {}, "Authorization: Basic bTpz\r\n");
    CHECK(inside.status == 200);
    CHECK(OpenMetrics(inside.body).sum("sio_connections") >= 1);

    Fixture f(1);
    CHECK(RawClient(f.server->port()).request("HEAD", "/metrics").status == 200);
    CHECK(RawClient(f.server->port()).request("POST", "/metrics", "x").status == 405);
    CHECK(RawClient(f.server->port()).get("/metrics/").status == 404);

    const auto with_path = [&](std::string path) {
        ServerOptions options;
        options.metrics_path = std::move(path);
        SocketIOServer made(Address{"127.0.0.1", 0}, route(namespaces), std::move(options));
    };
    CHECK_THROWS_AS(with_path("metrics"), std::invalid_argument);
    CHECK_THROWS_AS(with_path("/socket.io/metrics"), std::invalid_argument);
}

TEST_CASE("the tests' reader of OpenMetrics sees what breaks its rules") {
    const auto breaks = [](std::string_view text) { CHECK_THROWS_AS(OpenMetrics{text}, std::runtime_error); };
    CHECK(OpenMetrics("# TYPE a gauge\na{x=\"1\"} 2\n# EOF\n").value("a", {{"x", "1"}}) == 2);
    breaks("# TYPE a gauge\na{x=\"1\"} 2\n");
    breaks("# TYPE a gauge\na{x=\"1\"} 2\n# EOF\n\n# EOF\n");
    breaks("a{x=\"1\"} 2\n# EOF\n");
    breaks("# TYPE a gauge\na{x=\"1\"} 2\na{x=\"1\"} 2\n# EOF\n");
    breaks("# TYPE a gauge\na{x=\"1\"} two\n# EOF\n");
    breaks("# TYPE a gauge\na{x=\"1\",x=\"2\"} 2\n# EOF\n");
    breaks("# TYPE a gauge\n# UNIT a bytes\na{x=\"1\"} 2\n# EOF\n");
    breaks("# TYPE a counter\na{x=\"1\"} 2\n# EOF\n");
    breaks("# TYPE a counter\na_total{x=\"1\"} -2\n# EOF\n");
    breaks("# TYPE a gauge\n# TYPE b gauge\nb{x=\"1\"} 2\na{x=\"1\"} 2\n# EOF\n");
    breaks("# TYPE a gauge\n# TYPE b gauge\n# TYPE a gauge\n# EOF\n");
    const std::string histogram = "# TYPE h histogram\nh_bucket{le=\"1.0\"} 3\n";
    CHECK_NOTHROW(OpenMetrics(histogram + "h_bucket{le=\"+Inf\"} 4\nh_count{} 4\nh_sum{} 9\n# EOF\n"));
    breaks(histogram + "h_bucket{le=\"+Inf\"} 2\nh_count{} 2\nh_sum{} 9\n# EOF\n");
    breaks(histogram + "h_bucket{le=\"+Inf\"} 4\nh_count{} 5\nh_sum{} 9\n# EOF\n");
    breaks(histogram + "h_count{} 3\nh_sum{} 9\n# EOF\n");
    breaks(histogram + "h_bucket{le=\"0.5\"} 4\nh_count{} 4\nh_sum{} 9\n# EOF\n");
}
