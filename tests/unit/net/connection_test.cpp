#include <doctest/doctest.h>
#include <poll.h>
#include <sys/socket.h>

#include <atomic>
#include <functional>
#include <stdexcept>
#include <type_traits>

#include "unit/net/test_server.hpp"

using namespace sio;
using namespace sio::net;
using namespace sio::net::test;

namespace {

/// Does what a test tells it to.
struct Scripted final : ByteReceiver {
    std::unique_ptr<ByteLink> link;
    std::function<std::size_t(std::string_view)> bytes = [](std::string_view data) { return data.size(); };
    std::function<void(std::string_view)> end = [](std::string_view) {};
    std::function<void()> drained = [] {};

    std::size_t on_bytes(char* data, std::size_t size) override { return bytes({data, size}); }
    void on_end(std::string_view reason) override { end(reason); }
    void on_drained() override { drained(); }
};

/// A link on a shard, and the client at its other end.
struct Pair {
    TestServer server{echoing()};
    Scripted receiver;
    std::unique_ptr<Client> client;

    explicit Pair(std::string_view read_already = {}, bool receive = true) {
        int fds[2];
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
        client = std::make_unique<Client>(FileDescriptor(fds[0]));
        run([&](Shard& shard) {
            receiver.link = shard.adopt_link(FileDescriptor(fds[1]), read_already);
            if (receive) receiver.link->set_receiver(&receiver);
        });
    }
    ~Pair() {
        run([&](Shard&) { receiver.link.reset(); });
    }
    void run(std::function<void(Shard&)> job) { server.on_shard(std::move(job)); }
    /// Gives the receiver a function, on its own thread.
    template <class Function>
    void set(Function Scripted::* member, std::type_identity_t<Function> function) {
        run([&](Shard&) { receiver.*member = std::move(function); });
    }
};

}  // namespace

TEST_CASE("bytes that are not consumed come again with more behind them") {
    Pair pair;
    std::atomic<int> calls{0};
    std::string seen;
    pair.set(&Scripted::bytes, [&](std::string_view data) -> std::size_t {
        ++calls;
        seen = data;
        return data.size() >= 6 ? 2 : 0;
    });
    pair.client->send("abc");
    REQUIRE(TestServer::eventually([&] { return calls == 1; }));
    pair.client->send("def");
    REQUIRE(TestServer::eventually([&] { return calls == 2; }));
    pair.run([&](Shard&) { CHECK(seen == "abcdef"); });
    pair.client->send("gh");
    REQUIRE(TestServer::eventually([&] { return calls == 3; }));
    pair.run([&](Shard&) { CHECK(seen == "cdefgh"); });
}

TEST_CASE("a large message that is taken only when complete comes whole") {
    Pair pair;
    const std::string message(3'000'000, 'm');
    pair.set(&Scripted::bytes, [&](std::string_view data) -> std::size_t {
        if (data.size() < message.size()) return 0;
        pair.receiver.link->write(data == message ? "same" : "different");
        return message.size();
    });
    pair.client->send(message);
    CHECK(pair.client->receive_exactly(4) == "same");
}

TEST_CASE("nothing is delivered while reading is paused, and nothing is lost") {
    Pair pair;
    std::string received;
    std::atomic<bool> ended{false};
    pair.set(&Scripted::bytes, [&](std::string_view data) {
        received += data;
        pair.receiver.link->pause_reading();
        return data.size();
    });
    pair.set(&Scripted::end, [&](std::string_view) { ended = true; });
    std::string sent;
    for (int i = 0; i < 20; ++i) {
        sent += std::string(1000, static_cast<char>('a' + i));
        pair.client->send(std::string(1000, static_cast<char>('a' + i)));
        std::this_thread::sleep_for(1ms);
    }
    pair.client->close();
    std::this_thread::sleep_for(20ms);
    CHECK_FALSE(ended);
    for (int i = 0; i < 200 && !ended; ++i) {
        pair.run([&](Shard&) {
            const auto before = received.size();
            pair.receiver.link->resume_reading();
            CHECK(received.size() == before);  // not within the call
        });
    }
    CHECK(TestServer::eventually([&] { return ended.load(); }));
    CHECK(received == sent);
}

TEST_CASE("pausing within a call keeps what the receiver left for after the pause") {
    Pair pair;
    std::string received;
    pair.set(&Scripted::bytes, [&](std::string_view data) -> std::size_t {
        received += data.front();
        pair.receiver.link->pause_reading();
        return 1;
    });
    pair.client->send("abc");
    for (std::size_t i = 1; i <= 3; ++i) {
        REQUIRE(TestServer::eventually([&] {
            bool there = false;
            pair.run([&](Shard&) { there = received.size() == i; });
            return there;
        }));
        std::this_thread::sleep_for(2ms);
        pair.run([&](Shard&) {
            CHECK(received.size() == i);
            pair.receiver.link->resume_reading();
        });
    }
    CHECK(received == "abc");
}

TEST_CASE("a paused sender is held back by the socket, not by our memory") {
    Pair pair("", false);
    const std::string piece(100'000, 'x');
    std::size_t sent = 0;
    for (int i = 0; i < 200; ++i) {
        const auto got = ::send(pair.client->fd(), piece.data(), piece.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (got > 0) sent += static_cast<std::size_t>(got);
        std::this_thread::sleep_for(100us);
    }
    CHECK(pair.server.shard().counters().bytes_in.get() == 0);
    CHECK(sent < 5'000'000);
}

TEST_CASE("what was read before comes first, on a later turn") {
    Pair pair("already ", false);
    std::string received;
    pair.set(&Scripted::bytes, [&](std::string_view data) {
        received += data;
        return data.size();
    });
    pair.client->send("here");
    std::this_thread::sleep_for(5ms);
    pair.run([&](Shard&) {
        pair.receiver.link->set_receiver(&pair.receiver);
        CHECK(received.empty());
    });
    CHECK(TestServer::eventually([&] {
        bool all = false;
        pair.run([&](Shard&) { all = received == "already here"; });
        return all;
    }));
}

TEST_CASE("the receiver can be replaced within a call") {
    Pair pair;
    Scripted second;
    std::string by_second;
    second.bytes = [&](std::string_view data) {
        by_second += data;
        return data.size();
    };
    pair.set(&Scripted::bytes, [&](std::string_view) -> std::size_t {
        pair.receiver.link->set_receiver(&second);
        return 2;
    });
    pair.client->send("12rest");
    CHECK(TestServer::eventually([&] {
        bool all = false;
        pair.run([&](Shard&) { all = by_second == "rest"; });
        return all;
    }));
}

TEST_CASE("writes keep their order, copied or shared, however large") {
    Pair pair;
    std::string expected;
    const auto small = std::make_shared<const std::string>("small shared;");
    const auto large = std::make_shared<const std::string>(10'000, 'L');
    pair.run([&](Shard&) {
        for (int i = 0; i < 300; ++i) {
            const auto text = "write " + std::to_string(i) + ';';
            pair.receiver.link->write(text);
            pair.receiver.link->write(small);
            pair.receiver.link->write(large);
            pair.receiver.link->write(std::string_view());
            expected += text + *small + *large;
        }
        CHECK(pair.receiver.link->queued_bytes() == expected.size());
    });
    CHECK(pair.client->receive_exactly(expected.size()) == expected);
    CHECK(small.use_count() == 1);
    CHECK(TestServer::eventually([&] { return large.use_count() == 1; }));
    pair.run([&](Shard&) { CHECK(pair.receiver.link->queued_bytes() == 0); });
}

TEST_CASE("on_drained comes once everything that had to wait has left") {
    Pair pair;
    std::atomic<int> drained{0};
    std::size_t queued_then = 1;
    pair.set(&Scripted::drained, [&] {
        queued_then = pair.receiver.link->queued_bytes();
        if (++drained == 1) pair.receiver.link->write(std::string(5'000'000, 'b'));
    });
    pair.run([&](Shard&) { pair.receiver.link->write("fits at once"); });
    CHECK(pair.client->receive_exactly(12) == "fits at once");
    CHECK(drained == 0);
    pair.run([&](Shard&) { pair.receiver.link->write(std::string(5'000'000, 'a')); });
    CHECK(pair.client->receive_exactly(5'000'000).size() == 5'000'000);
    CHECK(pair.client->receive_exactly(5'000'000) == std::string(5'000'000, 'b'));
    CHECK(TestServer::eventually([&] { return drained == 2; }));
    CHECK(queued_then == 0);
}

TEST_CASE("close() sends what is queued, then ends the stream") {
    Pair pair;
    std::atomic<bool> called{false};
    pair.set(&Scripted::bytes, [&](std::string_view data) {
        called = true;
        return data.size();
    });
    pair.set(&Scripted::end, [&](std::string_view) { called = true; });
    SUBCASE("and the link stays") {
        pair.run([&](Shard&) {
            pair.receiver.link->write(std::string(4'000'000, 'x'));
            pair.receiver.link->close();
            pair.receiver.link->write("ignored");
            pair.receiver.link->close();
        });
    }
    SUBCASE("and the link is destroyed") {
        pair.run([&](Shard&) {
            pair.receiver.link->write(std::string(4'000'000, 'x'));
            pair.receiver.link->close();
            pair.receiver.link.reset();
        });
    }
    pair.client->send("not delivered");
    CHECK(pair.client->receive_all() == std::string(4'000'000, 'x'));
    CHECK_FALSE(pair.client->was_reset());
    pair.client->close();
    CHECK(pair.server.all_closed());
    CHECK_FALSE(called);
}

TEST_CASE("abort() and destruction end the connection at once") {
    Pair pair;
    std::atomic<bool> called{false};
    pair.set(&Scripted::end, [&](std::string_view) { called = true; });
    pair.run([&](Shard&) {
        pair.receiver.link->write(std::string(50'000'000, 'x'));
        SUBCASE("abort") { pair.receiver.link->abort(); }
        SUBCASE("destruction") { pair.receiver.link.reset(); }
    });
    CHECK(pair.server.all_closed());
    CHECK(pair.client->receive_all().size() < 50'000'000);
    CHECK_FALSE(called);
}

TEST_CASE("the end is told, with a reason when it is a failure") {
    TestServer server([](ExchangePtr) {});
    for (const bool by_reset : {false, true}) {
        CAPTURE(by_reset);
        ListenSocket listening("127.0.0.1", 0, 1);
        const auto accepting = listening.take(0);
        auto client = Client::tcp(listening.port());
        ::pollfd ready{accepting[0].get(), POLLIN, 0};
        REQUIRE(::poll(&ready, 1, 1000) == 1);
        Scripted receiver;
        std::atomic<bool> ended{false};
        std::string reason = "none";
        receiver.end = [&](std::string_view why) {
            reason = why;
            receiver.link->write("ignored");
            ended = true;
        };
        server.on_shard([&](Shard& shard) {
            receiver.link = shard.adopt_link(FileDescriptor(::accept(accepting[0].get(), nullptr, nullptr)));
            receiver.link->set_receiver(&receiver);
        });
        by_reset ? client.reset() : client.half_close();
        REQUIRE(TestServer::eventually([&] { return ended.load(); }));
        CHECK(reason == (by_reset ? "Connection reset by peer" : ""));
        if (!by_reset) CHECK(client.receive_all().empty());
        CHECK(server.all_closed());
        server.on_shard([&](Shard&) { receiver.link.reset(); });
    }
}

TEST_CASE("an end that came while nobody received is told to the next receiver") {
    Pair pair("", false);
    std::atomic<bool> ended{false};
    std::string received;
    pair.set(&Scripted::bytes, [&](std::string_view data) {
        received += data;
        return data.size();
    });
    pair.set(&Scripted::end, [&](std::string_view) { ended = true; });
    pair.client->send("last words");
    pair.client->close();
    std::this_thread::sleep_for(10ms);
    pair.run([&](Shard&) { pair.receiver.link->set_receiver(&pair.receiver); });
    CHECK(TestServer::eventually([&] { return ended.load(); }));
    CHECK(received == "last words");
}

TEST_CASE("a failed write is told from outside the writer's call") {
    Pair pair;
    std::atomic<bool> ended{false};
    bool in_call = false, ended_in_call = false;
    pair.set(&Scripted::end, [&](std::string_view) {
        ended_in_call = in_call;
        ended = true;
    });
    pair.run([&](Shard&) { pair.receiver.link->pause_reading(); });
    pair.client->close();
    pair.run([&](Shard&) {
        in_call = true;
        pair.receiver.link->write("x");
        in_call = false;
    });
    CHECK(TestServer::eventually([&] { return ended.load(); }));
    CHECK_FALSE(ended_in_call);
}

TEST_CASE("the link may be destroyed within any call of its receiver") {
    std::atomic<int> calls{0};
    Pair pair;
    const auto destroy = [&] {
        ++calls;
        pair.receiver.link.reset();
    };
    SUBCASE("on_bytes") {
        pair.set(&Scripted::bytes, [&](std::string_view data) {
            destroy();
            return data.size();
        });
        pair.client->send(std::string(1'000, 'x'));
    }
    SUBCASE("on_bytes with bytes kept before") {
        pair.set(&Scripted::bytes, [&](std::string_view data) -> std::size_t {
            if (data.size() > 3) destroy();
            return 0;
        });
        pair.client->send("abc");
        std::this_thread::sleep_for(10ms);
        pair.client->send("def");
    }
    SUBCASE("on_end") {
        pair.set(&Scripted::end, [&](std::string_view) { destroy(); });
        pair.client->close();
    }
    SUBCASE("on_drained") {
        pair.set(&Scripted::drained, destroy);
        pair.run([&](Shard&) { pair.receiver.link->write(std::string(5'000'000, 'x')); });
        pair.client->receive_exactly(5'000'000);
    }
    CHECK(TestServer::eventually([&] { return calls == 1; }));
    CHECK(pair.server.all_closed());
    CHECK(calls == 1);
}

TEST_CASE("a link may be closed within any call of its receiver") {
    Pair pair;
    SUBCASE("on_bytes, behind an answer") {
        pair.set(&Scripted::bytes, [&](std::string_view) -> std::size_t {
            pair.receiver.link->write("bye");
            pair.receiver.link->close();
            return 0;
        });
        pair.client->send("hello");
        CHECK(pair.client->receive_all() == "bye");
    }
    SUBCASE("on_end") {
        pair.set(&Scripted::end, [&](std::string_view) { pair.receiver.link->close(); });
        pair.client->half_close();
        CHECK(pair.client->receive_all().empty());
    }
    pair.client->close();
    CHECK(pair.server.all_closed());
}

TEST_CASE("a peer that does not read is cut off some time after close()") {
    HttpLimits limits;
    limits.close_timeout = 500ms;
    TestServer server({.limits = limits});
    int fds[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
    Client client{FileDescriptor(fds[0])};
    server.on_shard([&](Shard& shard) {
        auto link = shard.adopt_link(FileDescriptor(fds[1]));
        link->write(std::string(10'000'000, 'x'));
        link->close();
    });
    SUBCASE("when it reads nothing") {
        CHECK(server.all_closed());
        CHECK(client.receive_all().size() < 10'000'000);
    }
    SUBCASE("but not while it reads") {
        std::size_t received = 0;
        for (int i = 0; i < 100; ++i) {
            received += client.receive_exactly(20'000).size();
            std::this_thread::sleep_for(10ms);
        }
        CHECK(received + client.receive_all().size() == 10'000'000);
    }
    SUBCASE("also when it never ends its own side") {
        CHECK(client.receive_all().size() == 10'000'000);
        CHECK(server.all_closed());
    }
}

TEST_CASE("a receiver that throws ends its connection, and no other") {
    Pair pair;
    Pair other;
    std::atomic<int> ended{0};
    const auto fail = [](auto&&...) -> std::size_t { throw std::runtime_error("on purpose"); };
    pair.set(&Scripted::end, [&](std::string_view) { ++ended; });
    SUBCASE("when bytes arrive") {
        pair.set(&Scripted::bytes, fail);
        pair.client->send("x");
    }
    SUBCASE("when bytes come again on a later turn") {
        pair.set(&Scripted::bytes, [&](std::string_view) -> std::size_t {
            pair.receiver.link->pause_reading();
            return 0;
        });
        pair.client->send("x");
        REQUIRE(TestServer::eventually([&] { return pair.server.shard().counters().bytes_in.get() == 1; }));
        pair.set(&Scripted::bytes, fail);
        pair.run([&](Shard&) { pair.receiver.link->resume_reading(); });
    }
    SUBCASE("when what had to wait has left") {
        pair.set(&Scripted::drained, [] { throw std::runtime_error("on purpose"); });
        pair.run([&](Shard&) { pair.receiver.link->write(std::string(4'000'000, 'w')); });
        CHECK(pair.client->receive_exactly(4'000'000).size() == 4'000'000);
    }
    SUBCASE("even when it throws again as it is told so") {
        pair.set(&Scripted::bytes, fail);
        pair.set(&Scripted::end, [&](std::string_view) {
            ++ended;
            throw std::runtime_error("on purpose");
        });
        pair.client->send("x");
    }
    CHECK(pair.client->closed_within(5s));
    CHECK(TestServer::eventually([&] { return ended == 1; }));
    other.set(&Scripted::bytes, [&](std::string_view data) {
        other.receiver.link->write(data);
        return data.size();
    });
    other.client->send("echo");
    CHECK(other.client->receive_exactly(4) == "echo");
}
