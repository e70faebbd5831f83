#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <chrono>
#include <limits>
#include <thread>

#include "net/byte_rate.hpp"
#include "unit/net/test_server.hpp"

using namespace sio;
using namespace sio::net;
using namespace sio::net::test;

namespace {

HttpLimits quick() {
    HttpLimits limits;
    limits.first_byte_timeout = 100ms;
    limits.head_timeout = 100ms;
    limits.idle_timeout = 100ms;
    limits.body_period = 300ms;
    limits.send_period = 300ms;
    limits.close_timeout = 300ms;
    limits.min_rate = 1000;
    return limits;
}

}  // namespace

TEST_CASE("a head that is too large gets 431, a target that is too long 414") {
    HttpLimits limits;
    limits.max_head_bytes = 1000;
    TestServer server({.limits = limits});
    auto client = server.connect();
    client.send(get("/", "X: " + std::string(900, 'x') + "\r\n"));
    CHECK(client.response().status == 200);
    client.send(get("/", "X: " + std::string(1000, 'x') + "\r\n"));
    CHECK(client.response().status == 431);
    CHECK(client.closed_within(1s));
    client = server.connect();
    client.send(get("/" + std::string(1000, 'x')));
    CHECK(client.response().status == 414);
    CHECK(client.closed_within(1s));
}

TEST_CASE("too many header fields get 431") {
    HttpLimits limits;
    limits.max_header_fields = 10;
    TestServer server({.limits = limits});
    auto client = server.connect();
    std::string lines;
    for (int i = 0; i < 9; ++i) lines += "X: y\r\n";
    client.send(get("/", lines));
    CHECK(client.response().status == 200);
    client.send(get("/", lines + "X: y\r\n"));
    CHECK(client.response().status == 431);
}

TEST_CASE("a body that declares to be too large gets 413 at once, and the client can read it") {
    TestServer server({.body_limit = [](const HttpRequest& request) {
        return request.target == "/large" ? std::size_t{1000} : std::size_t{10};
    }});
    auto client = server.connect();
    client.send("POST /large HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n" + std::string(1000, 'x'));
    CHECK(client.response().status == 200);
    SUBCASE("without 100 Continue") {
        client.send("POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n");
        CHECK(client.response().status == 413);
    }
    SUBCASE("while it is being sent") {
        client.send("POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 7000000\r\n\r\n");
        // More than a socket buffer holds: the server has to read on for this to return.
        for (int i = 0; i < 7; ++i) client.try_send(std::string(1'000'000, 'x'));
        CHECK(client.response().status == 413);
        CHECK_FALSE(client.was_reset());
    }
    CHECK(client.closed_within(2s));
    CHECK(server.shard().counters().requests.get() == 1);
}

TEST_CASE("what a client goes on sending after a refusal is read up to a limit") {
    HttpLimits limits;
    limits.max_body_bytes = 10;
    limits.max_discarded_bytes = 1'000'000;
    TestServer server({.limits = limits});
    auto client = server.connect();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n");
    bool sent = true;
    for (int i = 0; i < 100 && sent; ++i) sent = client.try_send(std::string(1'000'000, 'x'));
    CHECK_FALSE(sent);
    CHECK(server.all_closed());
    CHECK(server.shard().counters().bytes_in.get() < 2'000'000);
}

TEST_CASE("a chunked body that grows too large gets 413") {
    HttpLimits limits;
    limits.max_body_bytes = 10;
    TestServer server({.limits = limits});
    const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    auto client = server.connect();
    client.send(head + "5\r\nhello\r\n5\r\nhello\r\n0\r\n\r\n");
    CHECK(client.response().body == "POST / hellohello");
    SUBCASE("by its chunks together") { client.send(head + "5\r\nhello\r\n5\r\nhello\r\n1\r\n!\r\n"); }
    SUBCASE("by the size of one that has not arrived") { client.send(head + "b\r\n"); }
    SUBCASE("by a size near the end of the number's range") {
        client.send(head + "5\r\nhello\r\nffffffffffffffff\r\n");
    }
    CHECK(client.response().status == 413);
    CHECK(client.closed_within(1s));
}

TEST_CASE("chunk extensions are bounded, one by one and together") {
    TestServer server(echoing());
    const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    auto client = server.connect();
    SUBCASE("a long one") { client.send(head + "5;a=" + std::string(300, 'x') + "\r\nhello\r\n0\r\n\r\n"); }
    SUBCASE("one without an end") {
        client.send(head + "5;a=");
        for (int i = 0; i < 64; ++i) client.try_send(std::string(1000, 'x'));
    }
    SUBCASE("leading zeros without an end") { client.send(head + std::string(1000, '0')); }
    SUBCASE("many") {
        std::string chunks;
        for (int i = 0; i < 200; ++i) chunks += "1;a=" + std::string(200, 'x') + "\r\nx\r\n";
        client.send(head + chunks);
    }
    SUBCASE("a trailer without an end") {
        client.send(head + "0\r\nX: ");
        for (int i = 0; i < 64; ++i) client.try_send(std::string(1000, 'x'));
    }
    CHECK(client.response().status == 400);
    CHECK(client.closed_within(1s));
    CHECK(server.shard().counters().requests.get() == 0);
}

TEST_CASE("a body in many chunks of one byte is fine") {
    TestServer server(echoing());
    auto client = server.connect();
    std::string chunks;
    for (int i = 0; i < 10000; ++i) chunks += "1\r\nx\r\n";
    client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + "0\r\n\r\n");
    CHECK(client.response().body == "POST / " + std::string(10000, 'x'));
}

TEST_CASE("a trailer up to the size of a head is taken and dropped") {
    std::string seen = "nothing";
    TestServer server(answering([&](const HttpRequest& request) {
        seen = request.headers.get("X-Trailer");
        return Response(200);
    }));
    auto client = server.connect();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Trailer: ");
    std::this_thread::sleep_for(5ms);
    client.send(std::string(2000, 'x'));
    std::this_thread::sleep_for(5ms);
    client.send("\r\n\r\n");
    CHECK(client.response().status == 200);
    CHECK(seen.empty());
}

TEST_CASE("a head that does not end in time gets 408, however it trickles") {
    TestServer server({.limits = quick()});
    auto client = server.connect();
    client.send("GET / HTTP/1.1\r\n");
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < 12 && !client.closed_within(0ms); ++i) {
        client.try_send("X: y\r\n");
        std::this_thread::sleep_for(20ms);
    }
    CHECK(std::chrono::steady_clock::now() - begin < 2s);
    CHECK(TestServer::eventually([&] { return server.shard().counters().timeouts.get() == 1; }));
    CHECK(server.shard().counters().requests.get() == 0);
    auto quiet = server.connect();
    quiet.send("GET / HTTP/1.1\r\n");
    CHECK(quiet.response().status == 408);
    CHECK(quiet.closed_within(1s));
}

TEST_CASE("an idle connection is closed without a word") {
    TestServer server({.limits = quick()});
    auto fresh = server.connect();
    auto used = server.connect();
    used.send(get("/"));
    CHECK(used.response().status == 200);
    CHECK(fresh.closed_within(1s));
    CHECK(used.closed_within(1s));
    CHECK(server.shard().counters().timeouts.get() == 0);
}

TEST_CASE("a connection that never sends a byte is closed before an idle one is") {
    HttpLimits limits;
    limits.first_byte_timeout = 50ms;
    TestServer server({.limits = limits});
    auto silent = server.connect();
    auto idle = server.connect();
    idle.send(get("/"));
    CHECK(idle.response().status == 200);
    CHECK(silent.closed_within(2s));
    idle.send(get("/again"));
    CHECK(idle.response().status == 200);
}

TEST_CASE("empty lines do not keep a connection open") {
    TestServer server({.limits = quick()});
    auto client = server.connect();
    const auto begin = std::chrono::steady_clock::now();
    while (!client.closed_within(20ms) && std::chrono::steady_clock::now() - begin < 3s) client.try_send("\r\n");
    CHECK(std::chrono::steady_clock::now() - begin < 2s);
}

TEST_CASE("a request that waits for its answer is not closed as idle") {
    ExchangePtr waiting;
    TestServer server({.handler = [&](ExchangePtr exchange) { waiting = std::move(exchange); }, .limits = quick()});
    auto client = server.connect();
    client.send(get("/"));
    std::this_thread::sleep_for(400ms);
    server.on_shard([&](Shard&) {
        waiting->respond(Response(200, "late"));
        waiting.reset();
    });
    CHECK(client.response().body == "late");
}

TEST_CASE("a body that stops or trickles gets 408, one that is steady does not") {
    TestServer server({.limits = quick()});
    auto client = server.connect();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 15000\r\n\r\n");
    for (int i = 0; i < 15; ++i) {
        client.send(std::string(1000, 'x'));
        std::this_thread::sleep_for(40ms);
    }
    CHECK(client.response().status == 200);
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 600\r\n\r\nx");
    SUBCASE("stopped") {}
    SUBCASE("trickling") {
        for (int i = 0; i < 5; ++i) {
            client.try_send("x");
            std::this_thread::sleep_for(15ms);
        }
    }
    CHECK(client.response().status == 408);
    CHECK(client.closed_within(1s));
    CHECK(server.shard().counters().timeouts.get() == 1);
}

TEST_CASE("a client that does not read its answer is cut off, one that reads slowly is not") {
    auto limits = quick();
    limits.min_rate = 10'000;
    const std::string body(8'000'000, 'x');
    TestServer server(
        {.handler = answering([&](const HttpRequest&) { return Response(200, body); }), .limits = limits});
    SUBCASE("not reading") {
        auto client = Client::slow_tcp(server.port());
        client.send(get("/"));
        REQUIRE(TestServer::eventually([&] { return server.shard().counters().requests.get() == 1; }));
        CHECK(server.all_closed());
        CHECK(server.shard().counters().timeouts.get() == 1);
        CHECK_FALSE(client.response().complete);
    }
    SUBCASE("reading slowly") {
        auto client = Client::slow_tcp(server.port());
        client.send(get("/"));
        std::size_t received = 0;
        for (int i = 0; i < 100; ++i) {
            received += client.receive().size();
            std::this_thread::sleep_for(5ms);
        }
        CHECK(received > 100'000);
        CHECK(server.shard().counters().timeouts.get() == 0);
        CHECK(received + client.receive_all().size() > body.size());
    }
}

TEST_CASE("a client that pipelines without reading is not served without bound") {
    const std::string body(10'000, 'x');
    TestServer server(answering([&](const HttpRequest&) { return Response(200, body); }));
    auto client = Client::slow_tcp(server.port());
    std::string requests;
    for (int i = 0; i < 2000; ++i) requests += get("/");
    std::thread sender([&] { client.send(requests); });
    std::this_thread::sleep_for(200ms);
    // What the kernel's buffers and the high-water mark hold, not two thousand answers.
    CHECK(server.shard().counters().requests.get() < 1500);
    std::size_t answered = 0;
    for (int i = 0; i < 2000; ++i) answered += client.response().body.size() == body.size();
    sender.join();
    CHECK(answered == 2000);
}

TEST_CASE("what a client sends ahead of its answer is bounded") {
    ExchangePtr waiting;
    TestServer server([&](ExchangePtr exchange) { waiting = std::move(exchange); });
    auto client = server.connect();
    const int small = 4096;
    ::setsockopt(client.fd(), SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    client.send(get("/"));
    REQUIRE(TestServer::eventually([&] { return server.shard().counters().requests.get() == 1; }));
    const std::string ahead(1'000'000, 'x');
    std::size_t sent = 0;
    for (int i = 0; i < 50; ++i) {
        const auto got = ::send(client.fd(), ahead.data(), ahead.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (got > 0) sent += static_cast<std::size_t>(got);
        std::this_thread::sleep_for(2ms);
    }
    CHECK(server.shard().counters().bytes_in.get() <= 64 * 1024);
    CHECK(sent > 16 * 1024);
    server.on_shard([&](Shard&) { waiting.reset(); });
}

TEST_CASE("connections beyond the limit get 503, and room is made by those that end") {
    HttpLimits limits;
    limits.max_connections = 2;
    TestServer server({.limits = limits});
    auto first = server.connect();
    auto second = server.connect();
    first.send(get("/"));
    second.send(get("/"));
    CHECK(first.response().status == 200);
    CHECK(second.response().status == 200);
    auto third = server.connect();
    CHECK(third.response().status == 503);
    CHECK(server.shard().counters().refused.get() == 1);
    first.close();
    REQUIRE(TestServer::eventually([&] { return server.shard().counters().active.get() == 1; }));
    auto fourth = server.connect();
    fourth.send(get("/"));
    CHECK(fourth.response().status == 200);
}

TEST_CASE("the largest number of its type turns a limit off") {
    constexpr auto most = std::numeric_limits<std::size_t>::max();
    constexpr auto longest = std::chrono::milliseconds::max();
    TestServer server({.handler = answering([](const HttpRequest& request) {
                           return Response(200, std::string(100'000, 'r') + request.body);
                       }),
                       .limits = {.max_head_bytes = most,
                                  .max_header_fields = most,
                                  .max_chunk_line_bytes = most,
                                  .max_body_bytes = most,
                                  .first_byte_timeout = longest,
                                  .head_timeout = longest,
                                  .idle_timeout = longest,
                                  .body_period = longest,
                                  .send_period = longest,
                                  .close_timeout = longest,
                                  .half_close_timeout = longest,
                                  .max_read_ahead_bytes = most,
                                  .max_discarded_bytes = most,
                                  .high_water_bytes = most,
                                  .max_connections = most,
                                  .max_connections_per_address = most}});
    auto client = server.connect();
    // A turn for every timer that fires at once, if one does.
    const auto pause = [] { std::this_thread::sleep_for(20ms); };
    pause();
    client.send("POST / HTTP/1.1\r\nHost: a\r\n");
    pause();
    client.send("Content-Length: 5\r\n\r\n");
    pause();
    client.send("he");
    pause();
    client.send("llo");
    CHECK(client.response().body == std::string(100'000, 'r') + "hello");
    pause();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n");
    pause();
    client.send("hello\r\n0\r\n\r\n");
    pause();
    CHECK(client.response().body == std::string(100'000, 'r') + "hello");
    CHECK(client.closed_within(1s));
    CHECK(server.shard().counters().timeouts.get() == 0);
}

TEST_CASE("the rate that is demanded of a client is never more than can be counted") {
    constexpr auto most = std::numeric_limits<std::uint64_t>::max();
    CHECK(bytes_within(10s, 240) == 2400);
    CHECK(bytes_within(0ms, 240) == 0);
    CHECK(bytes_within(-1ms, 240) == 0);
    CHECK(bytes_within(std::chrono::milliseconds::max(), 0) == 0);
    CHECK(bytes_within(2s, most) == most);
    CHECK(bytes_within(std::chrono::milliseconds::max(), most) == most);
}

TEST_CASE("without a rate to keep, a client may stop sending and reading for as long as it likes") {
    HttpLimits limits = quick();
    limits.min_rate = 0;
    limits.body_period = 20ms;
    limits.send_period = 20ms;
    TestServer server(
        {.handler = answering([](const HttpRequest&) { return Response(200, std::string(8'000'000, 'r')); }),
         .limits = limits});
    auto client = Client::slow_tcp(server.port());
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na");
    std::this_thread::sleep_for(100ms);
    client.send("b");
    std::this_thread::sleep_for(200ms);
    CHECK(client.response().body.size() == 8'000'000);
    CHECK(server.shard().counters().timeouts.get() == 0);
}
