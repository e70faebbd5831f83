#include <doctest/doctest.h>
#include <sys/socket.h>

#include <atomic>
#include <thread>

#include "unit/net/test_server.hpp"

using namespace sio;
using namespace sio::net;
using namespace sio::net::test;

namespace {

/// Keeps the shard busy for longer than a connection's turn may take.
void work() { std::this_thread::sleep_for(TurnBudget::time + 1ms); }

}  // namespace

TEST_CASE("a budget is spent some time after it was asked first, and begins anew") {
    TurnBudget budget;
    budget.begin();
    work();
    CHECK_FALSE(budget.spent());
    work();
    CHECK(budget.spent());
    budget.begin();
    CHECK_FALSE(budget.spent());
}

TEST_CASE("requests that keep the shard busy let other clients have their turn, however many came at once") {
    constexpr int count = 30;
    std::atomic<int> before{0};
    std::atomic<bool> other_served{false};
    TestServer server(answering([&](const HttpRequest& request) {
        if (request.target == "/other") {
            other_served = true;
        } else {
            work();
            if (!other_served) ++before;
        }
        return Response(200, request.target);
    }));
    auto other = server.connect();
    other.send(get("/first"));  // its connection has been accepted
    CHECK(other.response().status == 200);
    before = 0;
    auto busy = server.connect();
    std::string requests;
    for (int i = 0; i < count; ++i) requests += get("/" + std::to_string(i));
    busy.send(requests);
    REQUIRE(TestServer::eventually([&] { return before > 0; }));
    other.send(get("/other"));
    CHECK(other.response().body == "/other");
    CHECK(before < 10);
    for (int i = 0; i < count; ++i) CHECK(busy.response().body == "/" + std::to_string(i));
}

TEST_CASE("a receiver that takes its time lets other connections have theirs, however much there is to read") {
    struct Slow final : ByteReceiver {
        std::unique_ptr<ByteLink> link;
        std::atomic<int> calls{0};
        std::size_t on_bytes(char*, std::size_t size) override {
            work();
            ++calls;
            return size;
        }
        void on_end(std::string_view) override {}
    } slow;
    std::atomic<int> calls_at_request{-1};
    TestServer server(answering([&](const HttpRequest&) {
        calls_at_request = slow.calls.load();
        return Response(200);
    }));
    auto other = server.connect();
    other.send(get("/"));
    CHECK(other.response().status == 200);

    int fds[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
    Client busy{FileDescriptor(fds[0])};
    server.on_shard([&](Shard& shard) {
        slow.link = shard.adopt_link(FileDescriptor(fds[1]));
        slow.link->set_receiver(&slow);
    });
    std::thread sender([&] {
        for (int i = 0; i < 40; ++i) busy.send(std::string(256 * 1024, 'x'));
    });
    REQUIRE(TestServer::eventually([&] { return slow.calls > 0; }));
    const int calls_before = slow.calls;
    other.send(get("/"));
    CHECK(other.response().status == 200);
    CHECK(calls_at_request - calls_before < 10);
    sender.join();
    server.on_shard([&](Shard&) { slow.link.reset(); });
}
