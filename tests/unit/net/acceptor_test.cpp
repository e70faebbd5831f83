#include <doctest/doctest.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "net/http_exchange.hpp"
#include "unit/net/test_server.hpp"

using namespace sio;
using namespace sio::net;
using namespace sio::net::test;

namespace {

/// How many of the next sockets the kernel does not watch, and why.
std::atomic<int> failures{0};
std::atomic<int> failure{0};

}  // namespace

/// In front of the C library's, for the whole program. Only net::Poller asks for EPOLLRDHUP.
extern "C" int epoll_ctl(int epoll, int operation, int descriptor, ::epoll_event* event) noexcept {
    const bool watched = operation == EPOLL_CTL_ADD && (event->events & EPOLLRDHUP) != 0;
    if (watched && failures > 0 && failures-- > 0) {
        errno = failure;
        return -1;
    }
    return static_cast<int>(::syscall(SYS_epoll_ctl, epoll, operation, descriptor, event));
}

TEST_CASE("a connection that the system cannot watch is let go, and the next ones are served") {
    TestServer server({.limits = {.max_connections = 1}});
    for (const int error : {ENOSPC, ENOMEM}) {
        failure = error;
        failures = 2;
        for (int i = 0; i < 2; ++i) CHECK(server.connect().closed_within(5s));
        // None of them counts as open: there is room for the one that is allowed.
        auto client = server.connect();
        client.send(get("/", "Connection: close\r\n"));
        CHECK(client.response().status == 200);
        CHECK(client.closed_within(5s));
        client.close();
        CHECK(server.all_closed());
    }
    CHECK(server.shard().counters().refused.get() == 4);
    CHECK(server.shard().counters().accepted.get() == 2);
}

TEST_CASE("a socket from elsewhere that cannot be watched is closed, and its taker told") {
    TestServer server(echoing());
    failure = ENOSPC;
    int fds[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
    Client client{FileDescriptor(fds[0])};
    server.on_shard([&](Shard& shard) {
        failures = 1;
        SUBCASE("as a connection") { CHECK_THROWS(shard.adopt(FileDescriptor(fds[1]))); }
        SUBCASE("as a link") { CHECK_THROWS(shard.adopt_link(FileDescriptor(fds[1]))); }
    });
    CHECK(client.closed_within(1s));
    CHECK(server.all_closed());
}

TEST_CASE("a connection that moves and cannot be watched is closed on its way and not counted any more") {
    TestServer* running = nullptr;
    std::atomic<bool> moved{false};
    TestServer server({.handler =
                           [&](ExchangePtr exchange) {
                               auto& to = running->shard(1);
                               if (moved.exchange(true)) return exchange->respond(Response(200));
                               failures = 1;
                               dynamic_cast<HttpExchange&>(*exchange).move_to(to);
                           },
                       .limits = {.max_connections = 1},
                       .shards = 2});
    running = &server;
    failure = ENOSPC;
    auto client = server.connect();
    client.send(get("/"));
    CHECK(client.closed_within(5s));
    // Its place may be given back just after its client has seen the end.
    CHECK(TestServer::eventually([&] {
        client = server.connect();
        client.send(get("/"));
        return client.response().status == 200;
    }));
}
