// What differs for clients of Socket.IO 0.9: their channel says when they are connected, and nothing binary reaches them.

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <sio/error.hpp>
#include <sio/mixins.hpp>

#include "unit/dispatch/client.hpp"

namespace {

using namespace sio::test;
using sio::Binary;
using sio::Generation;

Texts& notes() {
    static Texts all;
    return all;
}
Texts noted() { return std::exchange(notes(), {}); }

class Old : public virtual sio::BaseNamespace, public sio::RoomsMixin, public sio::BroadcastMixin {
public:
    static void events(sio::EventTable<Old>& on) {
        on("whoami", [](Old& self) { return self.sid(); });
        on("bytes", [](Old&) { return Binary("abc"); });
        on("emit", [](Old& self) { self.attempt([&] { self.emit("b", Binary("abc")); }); });
        on("ask", [](Old& self) {
            self.attempt(
                [&] { self.emit("b", Binary("abc"), [](const sio::Args&) { notes().push_back("answered"); }); });
        });
        on("call", [](Old& self) { self.attempt([&] { self.call("b", Binary("abc")); }); });
        on("send", [](Old& self) { self.attempt([&] { self.send(Binary("abc")); }); });
        on("all", [](Old& self) { self.broadcast_event("b", 1, Binary("abc")); });
    }
    void recv_message(const std::string& data) override { send(data + "!"); }
    void recv_json(const sio::Args& data) override { send(data); }

private:
    template <class Act>
    void attempt(Act&& act) {
        try {
            act();
            notes().emplace_back("sent");
        } catch (const sio::Error& error) {
            notes().push_back(error.code() == sio::errc::unsupported ? "unsupported" : error.what());
        }
    }
};

/// Speaks protocol 5's text, and is taken for a client of 0.9.
struct OldClient : Client {
    explicit OldClient(Shard& shard) : Client(shard, true, "/socket.io/1/?t=1", Generation::v09) { settle(); }
};

}  // namespace

TEST_CASE("a 0.9 client is connected to the default namespace when its channel says so") {
    with_shard([](Shard& shard) {
        shard.namespaces.add<Old>("/").add<Old>("/chat");
        OldClient client(shard);
        CHECK(client.take().empty());  // the handshake alone
        client.send("0");
        CHECK(client.take() == Texts{"0"});
        client.send("0/chat,");
        CHECK(client.take() == Texts{"0/chat,"});
        client.send("0/chat,");  // a client that reconnects may say so twice
        CHECK(client.take() == Texts{"0/chat,"});
        client.send(R"(2/nowhere,["whoami"])");
        CHECK(client.take().empty());
        client.send(R"(2/chat,1["whoami"])");
        CHECK(client.take() == Texts{"3/chat,1[\"" + shard.namespaces.of("/chat").sockets().at(0) + "\"]"});
        CHECK(!client.ended);
    });
}

TEST_CASE("a 0.9 client whose default namespace nobody serves is connected all the same") {
    with_shard([](Shard& shard) {
        shard.namespaces.add<Old>("/chat");
        OldClient client(shard);
        client.send("0");
        CHECK(client.take() == Texts{"0"});
        client.send(R"(2["hello"])");
        CHECK(client.take() == Texts{R"(2["error","no_such_namespace","The namespace / is not served"])"});
    });
}

TEST_CASE("binary data for a 0.9 client is an error to whoever sends it, before anything happens") {
    with_shard([](Shard& shard) {
        shard.namespaces.add<Old>("/");
        OldClient client(shard);
        client.send("0");
        client.take();
        for (const char* event : {"emit", "ask", "call", "send"}) client.send("2[\"" + std::string(event) + "\"]");
        settle();
        CHECK(noted() == Texts{"unsupported", "unsupported", "unsupported", "unsupported"});
        CHECK(client.take().empty());
        // A handler that returns it: its client hears of an error, and the connection goes on.
        client.send(R"(21["bytes"])");
        CHECK(client.take() == Texts{R"(2["error","internal_error","Internal error"])"});
        client.send(R"(22["whoami"])");
        CHECK(client.take().size() == 1);
        CHECK(!client.ended);
    });
}

TEST_CASE("a broadcast with binary data leaves 0.9 clients out and reaches the others") {
    with_shard([](Shard& shard) {
        shard.namespaces.add<Old>("/");
        OldClient old(shard);
        old.send("0");
        Client modern(shard);
        modern.connect("/");
        old.take();
        modern.take();
        modern.send(R"(2["all"])");
        CHECK(modern.take() == Texts{R"(51-["b",1,{"_placeholder":true,"num":0}])"});
        CHECK(old.take().empty());
        CHECK(!old.ended);
    });
}

TEST_CASE("binary data reaches every client whose protocol has it") {
    with_shard([](Shard& shard) {
        shard.namespaces.add<Old>("/");
        Client modern(shard);
        modern.connect("/");
        modern.take();
        modern.send(R"(2["emit"])");
        CHECK(noted() == Texts{"sent"});
        modern.send(R"(21["bytes"])");
        CHECK(modern.take() ==
              Texts{R"(51-["b",{"_placeholder":true,"num":0}])", R"(61-1[{"_placeholder":true,"num":0}])"});
    });
}
