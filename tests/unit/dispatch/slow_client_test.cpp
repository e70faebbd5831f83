// Senders that wait for their client: drain(), and emit() with SlowClients::pause.

#include <doctest/doctest.h>

#include <string>

#include <sio/sio.hpp>

#include "unit/dispatch/client.hpp"

using namespace std::chrono_literals;
using namespace sio;
using namespace sio::test;

namespace {

class Sender : public virtual BaseNamespace {
public:
    static void events(EventTable<Sender>& on) {
        on("pour", [](Sender& self) {
            for (int i = 0; i < 3; ++i) self.emit("drop", i);
        });
        on("volatile", [](Sender& self) { self.volatile_emit("v"); });
        on("answer", [](Sender&) { return 42; });
        on("drain", [](Sender& self) { self.send(self.drain(1h) ? "drained" : "not drained"); });
        on("drain a moment", [](Sender& self) { self.send(self.drain(1ms) ? "drained" : "not drained"); });
        on("all", [](Sender& self) { self.everyone().emit("all"); });
    }
};

EngineOptions pausing(SlowClients policy = SlowClients::pause) {
    EngineOptions options;
    options.max_queued_bytes = 1000;
    options.slow_clients = policy;
    return options;
}

struct Peer : Client {
    Peer(Shard& shard, const EngineOptions& options)
        : Client((shard.namespaces.contains("/") ? shard.namespaces : shard.namespaces.add<Sender>("/"), shard), true,
                 "/socket.io/?EIO=4", Generation::eio4, options) {
        connect("/");
    }
    /// The client has read so much that this is left.
    void read_down_to(std::size_t bytes) {
        queued = bytes;
        socket().on_drained();
        settle();
    }
};

}  // namespace

TEST_CASE("with SlowClients::pause, emits wait above the high-water mark until the client has caught up") {
    with_shard([](Shard& shard) {
        Peer peer(shard, pausing());
        peer.queued = 500;
        peer.send(R"(2["pour"])");
        CHECK(peer.take() == Texts{R"(2["drop",0])", R"(2["drop",1])", R"(2["drop",2])"});
        peer.queued = 501;
        peer.send(R"(2["pour"])");
        peer.send(R"(21["answer"])");
        settle();
        CHECK(peer.take().empty());
        peer.read_down_to(251);
        CHECK(peer.take().empty());
        peer.read_down_to(250);
        CHECK(peer.take() == Texts{R"(2["drop",0])", R"(2["drop",1])", R"(2["drop",2])", "31[42]"});
    });
}

TEST_CASE("what a flush makes room for does not wait") {
    with_shard([](Shard& shard) {
        Peer peer(shard, pausing());
        peer.queued = 900;
        peer.flushable = 800;
        peer.send(R"(2["pour"])");
        CHECK(peer.take().size() == 3);
    });
}

TEST_CASE("an answer of a handler waits, too; volatile events, broadcasts and what no greenlet sends do not") {
    with_shard([](Shard& shard) {
        Peer peer(shard, pausing());
        peer.queued = 501;
        peer.send(R"(21["answer"])");
        settle();
        CHECK(peer.take().empty());
        peer.read_down_to(0);
        CHECK(peer.take() == Texts{"31[42]"});
        peer.queued = 501;
        peer.send(R"(2["volatile"])");
        peer.send(R"(2["all"])");
        shard.hub->loop().post([&] { peer.socket()["/"].emit("posted"); });
        settle();
        CHECK(peer.take() == Texts{R"(2["v"])", R"(2["all"])", R"(2["posted"])"});
    });
}

TEST_CASE("who waits for a client goes on when it leaves, and sends nothing") {
    with_shard([](Shard& shard) {
        Peer peer(shard, pausing());
        peer.queued = 501;
        peer.send(R"(2["pour"])");
        settle();
        peer.drop(session::CloseReason::ping_timeout);
        settle();
        CHECK(peer.take().empty());
        CHECK(shard.hub->loop().greenlets() == 1);
    });
}

TEST_CASE("other policies make nobody wait, but drain() does under all") {
    for (const SlowClients policy : {SlowClients::disconnect, SlowClients::drop_oldest, SlowClients::pause}) {
        with_shard([policy](Shard& shard) {
            Peer peer(shard, pausing(policy));
            peer.queued = 400;
            CHECK(peer.socket().queued_bytes() == 400);
            peer.send(R"(2["drain"])");
            peer.send(R"(2["drain a moment"])");
            settle();
            CHECK(peer.take().empty());
            peer.read_down_to(100);
            sio::sleep(5ms);
            CHECK(peer.take() == Texts{R"(2["message","drained"])", R"(2["message","drained"])"});
            peer.queued = 300;
            peer.send(R"(2["drain a moment"])");
            sio::sleep(10ms);
            CHECK(peer.take() == Texts{R"(2["message","not drained"])"});
        });
    }
    with_shard([](Shard& shard) {
        Peer peer(shard, pausing(SlowClients::disconnect));
        peer.queued = 999;
        peer.send(R"(2["pour"])");
        CHECK(peer.take().size() == 3);
    });
}
