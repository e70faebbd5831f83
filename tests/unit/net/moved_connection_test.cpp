#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <vector>

#include "net/http_exchange.hpp"
#include "unit/net/test_server.hpp"

using namespace sio;
using namespace sio::net;
using namespace sio::net::test;

namespace {

/// Two shards. Requests are answered by the second one, with where they were answered and what they are; those that
/// arrive at the first are moved there.
struct Movers {
    std::vector<std::unique_ptr<greenlet::Loop>> loops;
    std::vector<std::unique_ptr<Shard>> shards;
    std::vector<std::thread> threads;
    std::shared_ptr<Admission> admission;
    ListenSocket listening{"127.0.0.1", 0, 1};
    std::atomic<int> moved{0};
    std::unique_ptr<ByteLink> link;
    ByteReceiver* receiver = nullptr;

    explicit Movers(const HttpLimits& limits = {}) : admission(std::make_shared<Admission>(limits)) {
        for (std::size_t i = 0; i < 2; ++i) {
            auto options = std::make_shared<ShardOptions>();
            options->handler = [this, i](ExchangePtr exchange) { handle(i, std::move(exchange)); };
            auto& loop = *loops.emplace_back(std::make_unique<greenlet::Loop>());
            shards.push_back(std::make_unique<Shard>(loop, options, admission));
        }
        for (auto& fd : listening.take(0)) shards[0]->listen(std::move(fd));
        for (auto& loop : loops) threads.emplace_back([&loop = *loop] { loop.run(); });
    }
    ~Movers() {
        for (auto& loop : loops) loop->stop();
        for (auto& thread : threads) thread.join();
        link.reset();
        shards.clear();
    }

    void handle(std::size_t shard, ExchangePtr exchange) {
        if (shard == 0) {
            ++moved;
            return static_cast<HttpExchange&>(*exchange).move_to(*shards[1]);
        }
        const HttpRequest& request = exchange->request();
        if (receiver != nullptr) {
            Response switching(101);
            switching.headers.set("Upgrade", "echo");
            link = exchange->upgrade(std::move(switching));
            return link->set_receiver(receiver);
        }
        exchange->respond(Response(200, request.method + ' ' + request.target + ' ' + request.body));
    }
    std::uint64_t active(std::size_t shard) const { return shards[shard]->counters().active.get(); }
};

struct Echo final : ByteReceiver {
    Movers* movers = nullptr;
    std::size_t on_bytes(char* data, std::size_t size) override {
        movers->link->write(std::string_view(data, size));
        return size;
    }
    void on_end(std::string_view) override {}
};

}  // namespace

TEST_CASE("a request that is moved is answered by the other shard, and so are those behind it") {
    Movers movers;
    auto client = Client::tcp(movers.listening.port());
    client.send(get("/1") + "POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello" + get("/3"));
    CHECK(client.response().body == "GET /1 ");
    CHECK(client.response().body == "POST /2 hello");
    CHECK(client.response().body == "GET /3 ");
    client.send(get("/4"));
    CHECK(client.response().body == "GET /4 ");
    // The connection has stayed where the first request took it.
    CHECK(movers.moved == 1);
    CHECK(movers.active(0) == 0);
    CHECK(movers.active(1) == 1);
    client.close();
    CHECK(TestServer::eventually([&] { return movers.active(1) == 0; }));
}

TEST_CASE("a client that leaves while its request is moved is let go by both shards") {
    Movers movers;
    for (int i = 0; i < 50; ++i) {
        auto client = Client::tcp(movers.listening.port());
        client.send(get("/"));
        client.close();
    }
    CHECK(TestServer::eventually([&] { return movers.shards[0]->counters().accepted.get() == 50; }));
    CHECK(TestServer::eventually([&] { return movers.active(0) == 0 && movers.active(1) == 0; }));
}

TEST_CASE("an upgrade happens where the request was moved to, with the bytes behind it") {
    Echo echo;  // is called until the shards have ended
    Movers movers;
    echo.movers = &movers;
    movers.receiver = &echo;
    auto client = Client::tcp(movers.listening.port());
    client.send(get("/", "Connection: Upgrade\r\nUpgrade: echo\r\n") + "early");
    CHECK(client.response().status == 101);
    CHECK(client.receive_exactly(5) == "early");
    client.send("later");
    CHECK(client.receive_exactly(5) == "later");
    CHECK(movers.active(1) == 1);
}

TEST_CASE("the limits on connections count a moved one once") {
    HttpLimits limits;
    limits.max_connections = 2;
    Movers movers(limits);
    for (int i = 0; i < 5; ++i) {
        auto one = Client::tcp(movers.listening.port());
        auto two = Client::tcp(movers.listening.port());
        for (auto* client : {&one, &two}) {
            client->send(get("/"));
            CHECK(client->response().status == 200);
        }
        CHECK(Client::tcp(movers.listening.port()).response().status == 503);
        one.close();
        two.close();
        CHECK(TestServer::eventually([&] { return movers.active(1) == 0; }));
    }
}
