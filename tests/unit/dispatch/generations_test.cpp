// What differs for clients before Engine.IO 4: the server connects the default namespace, and forgives more.

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <sio/connection_refused.hpp>
#include <sio/json_object.hpp>
#include <sio/mixins.hpp>

#include "dispatch/generation_rules.hpp"
#include "unit/dispatch/client.hpp"

namespace {

using namespace std::chrono_literals;
using namespace sio::test;
using sio::Generation;
using sio::session::CloseReason;

Texts& notes() {
    static Texts all;
    return all;
}
Texts noted() { return std::exchange(notes(), {}); }

class Probe : public virtual sio::BaseNamespace, public sio::RoomsMixin, public sio::BroadcastMixin {
public:
    static void events(sio::EventTable<Probe>& on) {
        on("whoami", [](Probe& self) { return self.sid(); });
        on("kick", [](Probe& self) { self.disconnect(); });
    }
    void recv_connect() override { emit("welcome", handshake().auth_args()); }
    void recv_disconnect() override { notes().push_back(ns_name() + ": " + std::string(disconnect_reason())); }
    void recv_error(const sio::Packet& packet) override { notes().push_back(ns_name() + " error " + packet.data); }
};

class Closed : public virtual sio::BaseNamespace {
public:
    explicit Closed(bool with_data) : with_data_(with_data) {}
    void recv_connect() override {
        if (with_data_) throw sio::ConnectionRefused("forbidden", sio::object("code", 7));
        throw sio::ConnectionRefused("for \"bidden\"");
    }

private:
    bool with_data_;
};

struct OldClient : Client {
    explicit OldClient(Shard& shard, bool bind = true)
        : Client(shard, bind, "/socket.io/?EIO=3&t=1", Generation::eio3) {}
};

}  // namespace

TEST_CASE("the server connects an old client to the default namespace when the session is bound") {
    with_shard([](Shard& shard) {
        shard.namespaces.add<Probe>("/");
        OldClient client(shard);
        CHECK(client.sent.empty());  // the application is up the stack
        settle();
        CHECK(client.take() == Texts{"0", R"(2["welcome",{}])"});
        CHECK(client.socket().active_ns() == Texts{"/"});
        client.send(R"(21["whoami"])");
        const auto sids = shard.namespaces.of("/").sockets();
        REQUIRE(sids.size() == 1);
        CHECK(sids[0].size() == 20);
        CHECK(sids[0] != client.sid());  // which is a secret
        CHECK(client.take() == Texts{"31[\"" + sids[0] + "\"]"});
        client.send("0");  // it is connected
        CHECK(client.take().empty());
        CHECK(!client.ended);
    });
    noted();
}

TEST_CASE("what an old client sends before the session is bound follows the connection") {
    with_shard([](Shard& shard) {
        shard.namespaces.add<Probe>("/").add<Probe>("/chat");
        OldClient client(shard, false);
        client.send(R"(21["whoami"])");
        client.send("0/chat?token=1,");
        client.socket().bind(shard.namespaces);
        settle();
        const auto id_in = [&](const char* nsp) { return shard.namespaces.of(nsp).sockets().at(0); };
        CHECK(client.take() == Texts{"0", R"(2["welcome",{}])", "31[\"" + id_in("/") + "\"]", "0/chat,",
                                     R"(2/chat,["welcome",{"token":"1"}])"});
        client.send(R"(2/chat,2["whoami"])");
        CHECK(client.take() == Texts{"3/chat,2[\"" + id_in("/chat") + "\"]"});
    });
    noted();
}

TEST_CASE("an old client is connected to a default namespace that nobody serves, and told so when it uses it") {
    with_shard([](Shard& shard) {
        shard.namespaces.add<Probe>("/chat");
        OldClient client(shard);
        settle();
        CHECK(client.take() == Texts{"0"});
        client.send(R"(2["hello",1])");
        CHECK(client.take() == Texts{R"(2["error","no_such_namespace","The namespace / is not served"])"});
        client.send("0/chat,");
        CHECK(client.take() == Texts{"0/chat,", R"(2/chat,["welcome",{}])"});
        CHECK(!client.ended);
    });
    noted();
}

TEST_CASE("an old client is refused with the error's data, or else its message") {
    with_shard([](Shard& shard) {
        shard.namespaces.add<Closed>("/", false).add<Closed>("/data", true).add<Probe>("/chat");
        OldClient client(shard);
        settle();
        CHECK(client.take() == Texts{R"(4"for \"bidden\"")"});
        client.send("0/data,");
        CHECK(client.take() == Texts{R"(4/data,{"code":7})"});
        client.send("0/random,");
        CHECK(client.take() == Texts{R"(4/random,"Invalid namespace")"});
        client.send("0/chat,");
        CHECK(client.take().front() == "0/chat,");
    });
    noted();
}

TEST_CASE("packets of an old client that fit no namespace are ignored") {
    with_shard([](Shard& shard) {
        shard.namespaces.add<Probe>("/").add<Probe>("/chat");
        OldClient client(shard);
        settle();
        client.take();
        client.send(R"(2/chat,1["whoami"])");
        client.send(R"(3/chat,1["whoami"])");
        client.send("1/chat,");
        client.send(R"(4/chat,"what")");
        CHECK(client.take().empty());
        CHECK(!client.ended);
        CHECK(noted().empty());
        client.send(R"(4"what")");
        CHECK(noted() == Texts{"/ error \"what\""});
    });
    noted();
}

TEST_CASE("an old client that leaves the default namespace leaves altogether") {
    with_shard([](Shard& shard) {
        shard.namespaces.add<Probe>("/").add<Probe>("/chat");
        OldClient client(shard);
        settle();
        client.send("0/chat,");
        client.send("1");
        settle();
        CHECK(client.ended == CloseReason::client_namespace_disconnect);
        CHECK(noted() == Texts{"/: client namespace disconnect", "/chat: client namespace disconnect"});
    });
}

TEST_CASE("an old client that is sent out of a namespace stays connected, and may come back") {
    with_shard([](Shard& shard) {
        shard.namespaces.add<Probe>("/").add<Probe>("/chat");
        OldClient client(shard);
        settle();
        client.send("0/chat,");
        client.take();
        client.send(R"(2/chat,["kick"])");
        CHECK(client.take() == Texts{"1/chat,"});
        client.send("0/chat,");
        CHECK(client.take().front() == "0/chat,");
        CHECK(shard.namespaces.of("/chat").sockets().size() == 1);
        settle();
        CHECK(noted() == Texts{"/chat: server namespace disconnect"});
        CHECK(!client.ended);
    });
    noted();
}

TEST_CASE("an old client that disconnects while it waits to be bound gets nothing") {
    with_shard([](Shard& shard) {
        shard.namespaces.add<Probe>("/");
        OldClient client(shard);
        client.drop(CloseReason::transport_close);
        settle();
        CHECK(client.sent.empty());
        CHECK(noted().empty());
    });
}

TEST_CASE("there is no connect timeout for clients that the server connects") {
    sio::SocketOptions options;
    options.connect_timeout = 20ms;
    with_shard(
        [](Shard& shard) {
            shard.namespaces.add<Closed>("/", false);
            OldClient client(shard);
            sio::sleep(60ms);
            CHECK(!client.ended);
        },
        options);
}

TEST_CASE("one room holds clients of several generations, each with its own id") {
    with_shard([](Shard& shard) {
        shard.namespaces.add<Probe>("/chat");
        OldClient old_client(shard);
        Client new_client(shard);
        settle();
        old_client.send("0/chat,");
        const auto sid = new_client.connect("/chat");
        CHECK(sid.size() == 20);
        old_client.take();
        new_client.take();
        const auto sids = shard.namespaces.of("/chat").sockets();
        REQUIRE(sids.size() == 2);
        CHECK(sids[1] == sid);
        shard.namespaces.of("/chat").emit("news", 1);
        CHECK(old_client.take() == Texts{R"(2/chat,["news",1])"});
        CHECK(new_client.take() == Texts{R"(2/chat,["news",1])"});
        shard.namespaces.of("/chat").to(sids[0]).emit("you", 2);
        CHECK(old_client.take() == Texts{R"(2/chat,["you",2])"});
        CHECK(new_client.take().empty());
    });
    noted();
}

TEST_CASE("refusals are said in the words of each generation") {
    using sio::dispatch::refusal_json;
    CHECK(refusal_json(Generation::eio4, "no") == R"({"message":"no"})");
    CHECK(refusal_json(Generation::eio4, "no", "[1]") == R"({"message":"no","data":[1]})");
    CHECK(refusal_json(Generation::eio3, "no") == R"("no")");
    CHECK(refusal_json(Generation::eio3, "no", "[1]") == "[1]");
}
