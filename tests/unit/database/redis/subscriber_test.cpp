// Subscriber against a real server.

#include <doctest/doctest.h>

#include <sio/gevent.hpp>
#include <sio/redis.hpp>

#include <string>
#include <vector>

#include "support/eventually.hpp"
#include "support/redis_server.hpp"

using namespace std::chrono_literals;
using sio::redis::Client;
using sio::redis::Message;
using sio::redis::Options;
using sio::redis::Subscriber;
using sio::test::RedisServer;
using Kind = Message::Kind;

namespace {

/// `test(options, client)` with RESP3 and with RESP2.
template <class Test>
void with_both_protocols(RedisServer& server, Test test) {
    for (const int protocol : {3, 2}) {
        CAPTURE(protocol);
        sio::run([&] {
            Options options(server.url());
            options.protocol = protocol;
            Client redis(options);
            test(options, redis);
        });
    }
}

// Published until somebody receives it: after a loss the subscription comes back on its own time.
Message received(Subscriber& subscriber) {
    auto message = subscriber.next(1min);
    REQUIRE(message);
    return *message;
}

}  // namespace

TEST_CASE("messages of channels, patterns and shard channels arrive") {
    RedisServer server;
    with_both_protocols(server, [](const Options& options, Client& redis) {
        Subscriber subscriber(options);
        subscriber.subscribe({"a", "b"});
        subscriber.psubscribe({"news.*"});
        subscriber.ssubscribe({"shard"});
        redis.command("PUBLISH", "b", std::string("\0\r\n", 3));
        redis.command("PUBLISH", "news.today", "hot");
        redis.command("SPUBLISH", "shard", "s");
        const auto plain = received(subscriber);
        CHECK(plain.kind == Kind::message);
        CHECK(plain.channel == "b");
        CHECK(plain.data == std::string("\0\r\n", 3));
        const auto pattern = received(subscriber);
        CHECK(pattern.kind == Kind::pattern_message);
        CHECK(pattern.pattern == "news.*");
        CHECK(pattern.channel == "news.today");
        CHECK(pattern.data == "hot");
        const auto shard = received(subscriber);
        CHECK(shard.kind == Kind::shard_message);
        CHECK(shard.channel == "shard");

        subscriber.unsubscribe({"b"});
        subscriber.punsubscribe({"news.*"});
        subscriber.sunsubscribe({"shard"});
        CHECK(redis.command("PUBLISH", "b", "x").as<int>() == 0);
        CHECK(redis.command("PUBLISH", "news.today", "x").as<int>() == 0);
        CHECK(redis.command("SPUBLISH", "shard", "x").as<int>() == 0);
        CHECK(redis.command("PUBLISH", "a", "x").as<int>() == 1);
        CHECK(received(subscriber).channel == "a");
        CHECK_FALSE(subscriber.next(1ms));
    });
}

TEST_CASE("a loop receives until the subscriber is closed") {
    RedisServer server;
    with_both_protocols(server, [](const Options& options, Client& redis) {
        Subscriber subscriber(options);
        subscriber.subscribe({"a"});
        for (int i = 0; i < 100; ++i) redis.command("PUBLISH", "a", i);
        int expected = 0;
        for (const Message& message : subscriber) {
            CHECK(message.data == std::to_string(expected));
            if (++expected == 100) subscriber.close();
        }
        CHECK(expected == 100);
        CHECK_THROWS_AS(subscriber.subscribe({"b"}), sio::Error);
    });
}

TEST_CASE("a callback receives in a greenlet of its own") {
    RedisServer server;
    with_both_protocols(server, [](const Options& options, Client& redis) {
        Subscriber subscriber(options);
        std::vector<std::string> seen;
        const auto listening = subscriber.deliver_to([&](const Message& message) { seen.push_back(message.data); });
        subscriber.subscribe({"a"});
        redis.command("PUBLISH", "a", "1");
        redis.command("PUBLISH", "a", "2");
        CHECK(eventually([&] { return seen.size() == 2; }));
        subscriber.close();
        CHECK(listening.join(1min));
        CHECK(seen == std::vector<std::string>{"1", "2"});
    });
}

TEST_CASE("after a restart everything is subscribed to again, behind a notice") {
    RedisServer server;
    with_both_protocols(server, [&](const Options& options, Client& redis) {
        Subscriber subscriber(options);
        subscriber.subscribe({"a", "b"});
        subscriber.psubscribe({"p*"});
        server.stop();
        CHECK(eventually([&] { return !subscriber.is_connected(); }));
        server.start();
        const auto notice = received(subscriber);
        CHECK(notice.kind == Kind::reconnected);
        CHECK(notice.is_gap());
        CHECK(eventually([&] { return redis.is_connected() || !redis.command("PING").is_error(); }));
        CHECK(redis.command("PUBLISH", "b", "again").as<int>() == 1);
        CHECK(redis.command("PUBLISH", "px", "again").as<int>() == 1);
        CHECK(received(subscriber).data == "again");
        CHECK(received(subscriber).kind == Kind::pattern_message);
    });
}

TEST_CASE("subscribing fails with the attempt to connect, or with the server's refusal") {
    RedisServer server;
    with_both_protocols(server, [](const Options& options, Client& redis) {
        Options nobody("redis://127.0.0.1:" + std::to_string(RedisServer::free_port()));
        Subscriber nowhere(nobody);
        CHECK_THROWS_AS(nowhere.subscribe({"a"}), std::system_error);

        redis.command("ACL", "SETUSER", "eve", "on", ">pw", "+@all", "resetchannels", "&open");
        Options refused = options;
        refused.user = "eve";
        refused.password = "pw";
        Subscriber subscriber(refused);
        CHECK_THROWS_AS(subscriber.subscribe({"closed"}), sio::redis::Error);
        subscriber.subscribe({"open"});
        redis.command("PUBLISH", "open", "x");
        CHECK(received(subscriber).channel == "open");
    });
}

TEST_CASE("beyond the buffer's limit the oldest messages give way to a notice") {
    RedisServer server;
    with_both_protocols(server, [](const Options& options, Client& redis) {
        Subscriber subscriber(options, {.max_buffered_bytes = 10 * (64 + 1 + 100)});
        subscriber.subscribe({"a"});
        subscriber.subscribe({"end"});
        for (int i = 0; i < 25; ++i) redis.command("PUBLISH", "a", std::string(99, 'x') + static_cast<char>('A' + i));
        subscriber.unsubscribe({"end"});  // confirmed behind the messages
        const auto notice = received(subscriber);
        CHECK(notice.kind == Kind::overflow);
        CHECK(notice.dropped == 15);
        CHECK(received(subscriber).data.back() == 'A' + 15);
        for (int i = 0; i < 9; ++i) received(subscriber);
        CHECK_FALSE(subscriber.next(1ms));
    });
}

TEST_CASE("a quiet connection is checked and kept") {
    RedisServer server;
    with_both_protocols(server, [](const Options& options, Client& redis) {
        Subscriber subscriber(options, {.check_every = 200ms});
        subscriber.subscribe({"a"});
        const auto pings = [&] {
            const auto stats = redis.command("INFO", "commandstats").as<std::string>();
            return stats.find("cmdstat_ping:calls=") != std::string::npos;
        };
        CHECK(eventually(pings));
        redis.command("PUBLISH", "a", "x");
        CHECK(received(subscriber).data == "x");
        redis.command("CONFIG", "RESETSTAT");
    });
}

TEST_CASE("a server that falls silent is given up") {
    sio::run([] {
        int connections = 0;
        sio::StreamServer silent({"127.0.0.1", 0}, [&](sio::StreamSocket& socket, const sio::Address&) {
            ++connections;
            socket.sendall("*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n");
            while (!socket.recv().empty()) {
            }
        });
        silent.start();
        Options options("redis://127.0.0.1:" + std::to_string(silent.port()));
        options.protocol = 2;
        Subscriber subscriber(options, {.check_every = 20ms});
        subscriber.subscribe({"a"});
        CHECK(eventually([&] { return connections >= 2; }));
    });
}
