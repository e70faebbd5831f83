#include <doctest/doctest.h>

#include <atomic>
#include <stdexcept>

#include "unit/net/test_server.hpp"

using namespace sio;
using namespace sio::net;
using namespace sio::net::test;

namespace {

/// Keeps the exchanges that come, on the shard's thread.
struct Held {
    std::vector<ExchangePtr> exchanges;
    RequestHandler handler() {
        return [this](ExchangePtr exchange) { exchanges.push_back(std::move(exchange)); };
    }
};

bool requests_arrive(TestServer& server, std::uint64_t count) {
    return TestServer::eventually([&] { return server.shard().counters().requests.get() == count; });
}

/// Sends everything back, and remembers how it ended.
struct Echo final : ByteReceiver {
    std::unique_ptr<ByteLink> link;
    std::string received;
    std::string end_reason = "none";
    bool ended = false;

    std::size_t on_bytes(char* data, std::size_t size) override {
        received.append(data, size);
        link->write(std::string_view(data, size));
        return size;
    }
    void on_end(std::string_view reason) override {
        ended = true;
        end_reason = reason;
    }
};

Response switching() {
    Response response(101);
    response.headers = {{"Upgrade", "echo"}, {"Connection", "Upgrade"}};
    return response;
}

const std::string upgrade_lines = "Upgrade: echo\r\nConnection: keep-alive\r\nConnection: foo, Upgrade\r\n";

}  // namespace

TEST_CASE("a client that leaves while its request waits is noticed") {
    Held held;
    std::atomic<int> abandoned{0};
    HttpLimits limits;
    limits.half_close_timeout = 50ms;
    TestServer server({.handler =
                           [&](ExchangePtr exchange) {
                               exchange->on_abandoned([&] { abandoned += 100; });
                               exchange->on_abandoned([&] { ++abandoned; });  // replaces the one before
                               held.exchanges.push_back(std::move(exchange));
                           },
                       .limits = limits});
    auto client = server.connect();
    client.send(get("/") + "ahead");
    REQUIRE(requests_arrive(server, 1));
    SUBCASE("by closing") { client.close(); }
    SUBCASE("by a reset") { client.reset(); }
    SUBCASE("by ending its sending side") { client.half_close(); }
    CHECK(TestServer::eventually([&] { return abandoned == 1; }));
    // An answer after that is nobody's, or reaches a client that still reads; neither does harm.
    server.on_shard([&](Shard&) {
        held.exchanges[0]->respond(Response(200, "late"));
        held.exchanges.clear();
    });
    CHECK(server.all_closed());
    CHECK(abandoned == 1);
}

TEST_CASE("a client that closes its sending side behind the request is not taken for gone at once") {
    Held held;
    std::atomic<int> abandoned{0};
    TestServer server({.handler =
                           [&](ExchangePtr exchange) {
                               exchange->on_abandoned([&] { ++abandoned; });
                               held.exchanges.push_back(std::move(exchange));
                           },
                       .limits = {.half_close_timeout = std::chrono::milliseconds::max()}});
    auto client = server.connect();
    client.send(get("/1") + get("/2"));
    client.half_close();
    for (std::size_t i = 0; i < 2; ++i) {
        REQUIRE(requests_arrive(server, i + 1));
        std::this_thread::sleep_for(20ms);
        server.on_shard([&](Shard&) { held.exchanges[i]->respond(Response(200, "late")); });
        CHECK(client.response().body == "late");
    }
    CHECK(client.closed_within(1s));
    CHECK(abandoned == 0);
    server.on_shard([&](Shard&) { held.exchanges.clear(); });
}

TEST_CASE("a callback that is set after the client has left is called all the same") {
    Held held;
    std::atomic<int> abandoned{0};
    TestServer server(held.handler());
    auto client = server.connect();
    client.send(get("/"));
    REQUIRE(requests_arrive(server, 1));
    client.reset();
    REQUIRE(server.all_closed());
    server.on_shard([&](Shard&) {
        held.exchanges[0]->on_abandoned([&] { ++abandoned; });
        CHECK(abandoned == 0);  // not within the call
    });
    CHECK(TestServer::eventually([&] { return abandoned == 1; }));
    server.on_shard([&](Shard&) { held.exchanges.clear(); });
}

TEST_CASE("a callback may destroy its exchange") {
    Held held;
    std::atomic<bool> called{false};
    TestServer server([&](ExchangePtr exchange) {
        exchange->on_abandoned([&] {
            held.exchanges.clear();
            called = true;
        });
        held.exchanges.push_back(std::move(exchange));
    });
    for (const bool reset : {true, false}) {
        called = false;
        auto client = server.connect();
        client.send(get("/"));
        REQUIRE(TestServer::eventually([&] { return server.shard().counters().active.get() == 1; }));
        std::this_thread::sleep_for(10ms);
        reset ? client.reset() : client.close();
        CHECK(TestServer::eventually([&] { return called.load(); }));
        CHECK(server.all_closed());
    }
}

TEST_CASE("an exchange that is destroyed unanswered closes the connection") {
    Held held;
    TestServer server(held.handler());
    auto client = server.connect();
    client.send(get("/"));
    REQUIRE(requests_arrive(server, 1));
    SUBCASE("later") {
        server.on_shard([&](Shard&) { held.exchanges.clear(); });
    }
    SUBCASE("after the client has left") {
        client.reset();
        REQUIRE(server.all_closed());
        server.on_shard([&](Shard&) { held.exchanges.clear(); });
        return;
    }
    CHECK(client.closed_within(1s));
}

TEST_CASE("a handler that throws or drops its exchange closes the connection") {
    TestServer server([](ExchangePtr exchange) {
        if (exchange->request().target == "/throw") throw std::runtime_error("on purpose");
    });
    for (const auto* target : {"/throw", "/drop"}) {
        auto client = server.connect();
        client.send(get(target));
        CHECK(client.closed_within(1s));
    }
    CHECK(server.all_closed());
}

TEST_CASE("a second answer is dropped") {
    TestServer server([](ExchangePtr exchange) {
        exchange->respond(Response(200, "first"));
        exchange->respond(Response(200, "second"));
        CHECK(exchange->upgrade(switching()) == nullptr);
    });
    auto client = server.connect();
    client.send(get("/") + get("/"));
    CHECK(client.response().body == "first");
    CHECK(client.response().body == "first");
}

TEST_CASE("an upgrade hands over the connection and the bytes behind the request") {
    Echo echo;
    Held held;
    bool later = false, delayed_receiver = false;
    TestServer server([&](ExchangePtr exchange) {
        if (later) return held.exchanges.push_back(std::move(exchange));
        echo.link = exchange->upgrade(switching());
        REQUIRE(echo.link);
        if (!delayed_receiver) {
            echo.link->set_receiver(&echo);
            CHECK(echo.received.empty());  // not within the call
        }
    });
    SUBCASE("at once") {}
    SUBCASE("at once, with the receiver later") { delayed_receiver = true; }
    SUBCASE("later") { later = true; }
    auto client = server.connect();
    client.send(get("/", upgrade_lines) + "left over");
    if (later || delayed_receiver) {
        REQUIRE(requests_arrive(server, 1));
        std::this_thread::sleep_for(20ms);
        server.on_shard([&](Shard&) {
            if (later) echo.link = held.exchanges[0]->upgrade(switching());
            held.exchanges.clear();
            echo.link->set_receiver(&echo);
        });
    }
    const auto response = client.response();
    CHECK(response.status == 101);
    CHECK(response.headers.at("upgrade") == "echo");
    CHECK(response.headers.at("connection") == "Upgrade");
    CHECK(response.headers.count("content-length") == 0);
    CHECK(client.receive_exactly(9) == "left over");
    client.send(" and more");
    CHECK(client.receive_exactly(9) == " and more");
    client.close();
    CHECK(TestServer::eventually([&] {
        bool ended = false;
        server.on_shard([&](Shard&) { ended = echo.ended; });
        return ended;
    }));
    CHECK(echo.end_reason.empty());
    CHECK(server.all_closed());
    server.on_shard([&](Shard&) { echo.link.reset(); });
}

TEST_CASE("a large left-over is handed over whole") {
    Echo echo;
    TestServer server([&](ExchangePtr exchange) {
        echo.link = exchange->upgrade(switching());
        echo.link->set_receiver(&echo);
    });
    auto client = server.connect();
    const std::string large(1'000'000, 'y');
    std::thread sender([&] { client.send(get("/", upgrade_lines) + large); });
    CHECK(client.response().status == 101);
    CHECK(client.receive_exactly(large.size()) == large);
    sender.join();
    server.on_shard([&](Shard&) { echo.link.reset(); });
    CHECK(client.closed_within(1s));
}

TEST_CASE("a body in the answer to an upgrade goes behind its head") {
    Echo echo;
    TestServer server([&](ExchangePtr exchange) {
        auto response = switching();
        response.body = "0123456789abcdef";
        echo.link = exchange->upgrade(std::move(response));
        echo.link->set_receiver(&echo);
    });
    auto client = server.connect();
    client.send(get("/", upgrade_lines));
    CHECK(client.response().status == 101);
    CHECK(client.receive_exactly(16) == "0123456789abcdef");
    server.on_shard([&](Shard&) { echo.link.reset(); });
}

TEST_CASE("a request that cannot be upgraded can still be answered") {
    auto response = switching();
    TestServer server([&](ExchangePtr exchange) {
        const auto link = exchange->upgrade(response);
        exchange->respond(Response(link ? 500 : 426, "no"));
    });
    SUBCASE("HTTP/1.0") {
        auto client = server.connect();
        client.send("GET / HTTP/1.0\r\nHost: a\r\n" + upgrade_lines + "\r\n");
        CHECK(client.response().status == 426);
    }
    SUBCASE("without Connection: Upgrade") {
        auto client = server.connect();
        client.send(get("/", "Upgrade: echo\r\n"));
        CHECK(client.response().status == 426);
        client.send(get("/", "Upgrade: echo\r\n"));
        CHECK(client.response().status == 426);
    }
    SUBCASE("by an answer that is not 101") {
        response.status = 200;
        auto client = server.connect();
        client.send(get("/", upgrade_lines));
        CHECK(client.response().status == 426);
    }
    SUBCASE("by an answer with control characters") {
        response.headers.set("X", "a\x01");
        auto client = server.connect();
        client.send(get("/", upgrade_lines));
        CHECK(client.response().status == 426);
    }
}

TEST_CASE("exchanges and links may outlive the shard") {
    Held held;
    Echo echo;
    {
        TestServer server([&](ExchangePtr exchange) {
            if (exchange->request().target == "/hold") return held.exchanges.push_back(std::move(exchange));
            echo.link = exchange->upgrade(switching());
            echo.link->set_receiver(&echo);
        });
        auto waiting = server.connect();
        waiting.send(get("/hold"));
        auto upgraded = server.connect();
        upgraded.send(get("/", upgrade_lines));
        CHECK(upgraded.response().status == 101);
        REQUIRE(requests_arrive(server, 2));
    }
    CHECK(held.exchanges[0]->upgrade(switching()) == nullptr);
    held.exchanges[0]->on_abandoned([] {});
    held.exchanges[0]->respond(Response(200, "nobody"));
    held.exchanges.clear();
    echo.link->write("nobody");
    echo.link->set_receiver(&echo);
    echo.link->resume_reading();
    echo.link->close();
    CHECK(echo.link->queued_bytes() == 0);
    echo.link.reset();
}

TEST_CASE("a graceful stop closes idle connections and lets others finish") {
    Held held;
    TestServer server([&](ExchangePtr exchange) {
        if (exchange->request().target == "/hold") return held.exchanges.push_back(std::move(exchange));
        exchange->respond(Response(200, "done"));
    });
    auto idle = server.connect();
    idle.send(get("/"));
    CHECK(idle.response().headers.count("connection") == 0);
    auto fresh = server.connect();
    auto waiting = server.connect();
    waiting.send(get("/hold"));
    auto reading = server.connect();
    reading.send("GET / HTTP/1.1\r\n");
    REQUIRE(requests_arrive(server, 2));
    REQUIRE(TestServer::eventually([&] { return server.shard().counters().active.get() == 4; }));
    std::this_thread::sleep_for(20ms);

    auto stopped = server.stop(5s);
    CHECK(idle.closed_within(1s));
    CHECK(fresh.closed_within(1s));
    CHECK_THROWS(server.connect());
    reading.send("Host: a\r\n\r\n");
    const auto last = reading.response();
    CHECK(last.body == "done");
    CHECK(last.headers.at("connection") == "close");
    CHECK(reading.closed_within(1s));
    CHECK(stopped[0].wait_for(50ms) == std::future_status::timeout);
    server.on_shard([&](Shard&) { held.exchanges[0]->respond(Response(200, "finished")); });
    const auto response = waiting.response();
    CHECK(response.body == "finished");
    CHECK(response.headers.at("connection") == "close");
    // Nobody waits for clients that keep their end open, now that they have everything.
    CHECK(stopped[0].wait_for(1s) == std::future_status::ready);
    server.on_shard([&](Shard&) { held.exchanges.clear(); });
}

TEST_CASE("a graceful stop waits until clients have their last answers, and not until they close") {
    TestServer server(answering([](const HttpRequest& request) {
        Response response(200, std::string(1'000'000, 'x'));
        if (request.target == "/last") response.headers.set("Connection", "close");
        return response;
    }));
    auto before = Client::slow_tcp(server.port());
    before.send(get("/last"));
    auto during = Client::slow_tcp(server.port());
    during.send(get("/"));
    REQUIRE(requests_arrive(server, 2));
    auto stopped = server.stop(20s);
    CHECK(stopped[0].wait_for(50ms) == std::future_status::timeout);
    CHECK(before.response().body.size() == 1'000'000);
    CHECK(during.response().body.size() == 1'000'000);
    CHECK(stopped[0].wait_for(2s) == std::future_status::ready);
}

TEST_CASE("a graceful stop cuts what is left when its time is up") {
    Held held;
    Echo echo;
    std::atomic<bool> abandoned{false};
    TestServer server([&](ExchangePtr exchange) {
        if (exchange->request().target == "/hold") {
            exchange->on_abandoned([&] { abandoned = true; });
            return held.exchanges.push_back(std::move(exchange));
        }
        echo.link = exchange->upgrade(switching());
        echo.link->set_receiver(&echo);
    });
    auto waiting = server.connect();
    waiting.send(get("/hold"));
    auto upgraded = server.connect();
    upgraded.send(get("/", upgrade_lines));
    CHECK(upgraded.response().status == 101);
    REQUIRE(requests_arrive(server, 2));
    auto stopped = server.stop(100ms);
    CHECK(stopped[0].wait_for(3s) == std::future_status::ready);
    CHECK(waiting.closed_within(1s));
    CHECK(upgraded.closed_within(1s));
    CHECK(abandoned);
    CHECK(echo.ended);
    CHECK(echo.end_reason == "the server stops");
    server.on_shard([&](Shard&) {
        held.exchanges.clear();
        echo.link.reset();
    });
}

TEST_CASE("a stop without connections is over at once") {
    TestServer server({.shards = 2});
    for (auto& stopped : server.stop(5s)) CHECK(stopped.wait_for(1s) == std::future_status::ready);
}
