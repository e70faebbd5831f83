#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <ctime>
#include <string>
#include <thread>
#include <vector>

#include <sio/connection_refused.hpp>
#include <sio/event.hpp>
#include <sio/json.hpp>
#include <sio/mixins.hpp>

#include "unit/dispatch/client.hpp"

namespace {

using namespace std::chrono_literals;
using namespace sio::test;

class Rooms : public virtual sio::BaseNamespace, public sio::RoomsMixin, public sio::BroadcastMixin {
public:
    static void events(sio::EventTable<Rooms>& on) {
        on("join", [](Rooms& self, std::string room) { self.join(room); });
        on("leave", [](Rooms& self, std::string room) { self.leave(room); });
        on("rooms", [](Rooms& self) { return self.rooms(); });
        on("to room", [](Rooms& self, std::string room, int n) { self.emit_to_room(room, "room", n); });
        on("all", [](Rooms& self, int n) { self.broadcast_event("all", n); });
        on("others", [](Rooms& self, int n) { self.broadcast_event_not_me("others", n); });
        on("two rooms", [](Rooms& self) { self.to("a").to("b").emit("both"); });
        on("but", [](Rooms& self, std::string who) { self.to("a").except(who).emit("but"); });
        on("everyone but", [](Rooms& self, std::string who) { self.except(who).emit("but"); });
        on("forward", [](Rooms& self, const sio::Args& args) { self.broadcast_event("forwarded", args); });
        on("volatile", [](Rooms& self) {
            self.broadcast().volatile_().emit("v");
            self.volatile_emit("v");
            self.emit("kept");
        });
        on("count", [](Rooms& self) { return self.everyone().to("a").sockets().size(); });
    }
};

class Lonely : public virtual sio::BaseNamespace, public sio::LonelyRoomMixin {
public:
    static void events(sio::EventTable<Lonely>& on) {
        on("join", [](Lonely& self, std::string room) { self.join(room); });
        on("to room", [](Lonely& self, std::string room) { self.emit_to_room(room, "room"); });
    }
};

/// Three clients in `/`: a in room a, b in rooms a and b, c in none. d is in another namespace only.
struct Fixture {
    explicit Fixture(Shard& shard)
        : a((shard.namespaces.add<Rooms>("/").add<Rooms>("/other"), shard)), b(shard), c(shard), d(shard) {
        sid_a = a.connect("/");
        sid_b = b.connect("/");
        sid_c = c.connect("/");
        d.connect("/other");
        a.send(R"(2["join","a"])");
        b.send(R"(2["join","a"])");
        b.send(R"(2["join","b"])");
        d.send(R"(2/other,["join","a"])");
    }
    // Who got something, and nothing but `text`.
    std::string got(const std::string& text) {
        std::string who;
        for (auto [name, client] : {std::pair{'a', &a}, {'b', &b}, {'c', &c}, {'d', &d}}) {
            const auto texts = client->take();
            if (texts.empty()) continue;
            CHECK(texts == Texts{text});
            who += name;
        }
        return who;
    }

    Client a, b, c, d;
    std::string sid_a, sid_b, sid_c;
};

}  // namespace

TEST_CASE("a room emit reaches the others in the room, and a broadcast its namespace") {
    with_shard([](Shard& shard) {
        Fixture each(shard);
        each.a.send(R"(2["to room","a",1])");
        CHECK(each.got(R"(2["room",1])") == "b");
        each.c.send(R"(2["to room","a",2])");
        CHECK(each.got(R"(2["room",2])") == "ab");
        each.a.send(R"(2["to room","nobody's",3])");
        CHECK(each.got("") == "");
        each.a.send(R"(2["all",4])");
        CHECK(each.got(R"(2["all",4])") == "abc");
        each.a.send(R"(2["others",5])");
        CHECK(each.got(R"(2["others",5])") == "bc");
        each.d.send(R"(2/other,["all",6])");
        CHECK(each.got(R"(2/other,["all",6])") == "d");
    });
}

TEST_CASE("rooms add up without doubles, and exceptions take away") {
    with_shard([](Shard& shard) {
        Fixture each(shard);
        each.c.send(R"(2["two rooms"])");
        CHECK(each.got(R"(2["both"])") == "ab");
        each.c.send(R"(2["but","b"])");
        CHECK(each.got(R"(2["but"])") == "a");
        each.c.send("2[\"but\",\"" + each.sid_a + "\"]");
        CHECK(each.got(R"(2["but"])") == "b");
        each.c.send(R"(2["everyone but","b"])");
        CHECK(each.got(R"(2["but"])") == "a");
        // A sid is a room with one in it.
        shard.namespaces.of("/").to(each.sid_c).emit("you");
        CHECK(each.got(R"(2["you"])") == "c");
        shard.namespaces.of("/other").to(each.sid_c).emit("you");
        CHECK(each.got("") == "");
    });
}

TEST_CASE("rooms are left by hand and by leaving; leaving one that it is not in is nothing") {
    with_shard([](Shard& shard) {
        Fixture each(shard);
        each.b.send(R"(21["rooms"])");
        CHECK(each.b.take() == Texts{R"(31[["a","b"]])"});
        each.b.send(R"(2["join","a"])");
        each.b.send(R"(2["leave","a"])");
        each.b.send(R"(2["leave","a"])");
        each.b.send(R"(2["leave","never"])");
        each.b.send(R"(22["rooms"])");
        CHECK(each.b.take() == Texts{R"(32[["b"]])"});
        each.c.send(R"(2["to room","a",1])");
        CHECK(each.got(R"(2["room",1])") == "a");
        each.a.drop(sio::session::CloseReason::transport_close);
        each.c.send(R"(2["to room","a",1])");
        CHECK(each.got("") == "");
        CHECK(shard.rooms().room_count() == 2);
        each.b.send("1");
        CHECK(shard.rooms().room_count() == 1);
    });
}

TEST_CASE("a broadcast is encoded once, and passes text and attachments on as they came") {
    with_shard([](Shard& shard) {
        Fixture each(shard);
        const int before = Client::encodings();
        each.a.send(R"(51-["forward",{"_placeholder":true,"num":0},{"b" : 1.0}])", {sio::Binary(std::string("abc"))});
        CHECK(each.got(R"(51-["forwarded",{"_placeholder":true,"num":0},{"b" : 1.0}])") == "abc");
        CHECK(Client::encodings() == before + 1);
        REQUIRE(each.c.attachments.size() == 1);
        CHECK(each.c.attachments[0].bytes() == "abc");
        each.a.send(R"(2["to room","nobody's",3])");
        CHECK(Client::encodings() == before + 1);
    });
}

TEST_CASE("volatile events are dropped for clients that are not ready") {
    with_shard([](Shard& shard) {
        Fixture each(shard);
        each.a.busy = true;
        each.b.busy = true;
        each.a.send(R"(2["volatile"])");
        CHECK(each.a.take() == Texts{R"(2["kept"])"});
        CHECK(each.b.take().empty());
        CHECK(each.c.take() == Texts{R"(2["v"])"});
    });
}

TEST_CASE("LonelyRoomMixin includes the sender") {
    with_shard([](Shard& shard) {
        shard.namespaces.add<Lonely>("/");
        Client a(shard);
        Client b(shard);
        a.connect("/");
        b.connect("/");
        a.send(R"(2["join","r"])");
        a.send(R"(2["to room","r"])");
        CHECK(a.take() == Texts{R"(2["room"])"});
        b.send(R"(2["to room","r"])");
        CHECK(a.take() == Texts{R"(2["room"])"});
        CHECK(b.take().empty());  // not in the room
    });
}

TEST_CASE("the server acts on sockets from outside") {
    with_shard([](Shard& shard) {
        Fixture each(shard);
        auto of = shard.namespaces.of("/");
        of.emit("hello", 1);
        CHECK(each.got(R"(2["hello",1])") == "abc");
        auto sids = of.to("a").sockets();
        std::sort(sids.begin(), sids.end());
        auto expected = Texts{each.sid_a, each.sid_b};
        std::sort(expected.begin(), expected.end());
        CHECK(sids == expected);
        of.to(each.sid_c).sockets_join("new");
        of.to("new").emit("in");
        CHECK(each.got(R"(2["in"])") == "c");
        of.sockets_leave("a");
        CHECK(of.to("a").sockets().empty());
        each.a.send(R"(21["count"])");
        CHECK(each.a.take() == Texts{"31[0]"});
        of.to("b").disconnect_sockets();
        CHECK(each.got("1") == "b");
        CHECK(!each.b.ended);
        of.close_connections();
        CHECK(each.got("1") == "ac");
        CHECK(each.a.ended == sio::session::CloseReason::forced_close);
        CHECK(!each.d.ended);
        settle();
        CHECK(of.sockets().empty());
    });
}

TEST_CASE("another thread sends through the registry") {
    with_shard([](Shard& shard) {
        Fixture each(shard);
        std::size_t found = 0;
        std::atomic<bool> asked{false};
        std::thread other([&] {
            for (int i = 0; i < 3; ++i) shard.namespaces.of("/").to("b").emit("n", i, sio::Binary(std::string("x")));
            found = shard.namespaces.of("/").sockets().size();
            asked = true;
        });
        for (int turn = 0; turn < 500 && !asked; ++turn) sio::sleep(1ms);
        other.join();
        CHECK(found == 3);
        CHECK(each.b.take() == Texts{R"(51-["n",0,{"_placeholder":true,"num":0}])",
                                     R"(51-["n",1,{"_placeholder":true,"num":0}])",
                                     R"(51-["n",2,{"_placeholder":true,"num":0}])"});
        CHECK(each.a.take().empty());
        // A server that has stopped takes nothing, and nobody waits for it.
        shard.hub->close();
        std::thread late([&] {
            shard.namespaces.of("/").emit("late");
            CHECK(shard.namespaces.of("/").sockets().empty());
        });
        late.join();
        settle();
        CHECK(each.b.take().empty());
    });
}

TEST_CASE("a client cannot be in more rooms than allowed") {
    sio::SocketOptions options;
    options.max_rooms = 2;
    with_shard(
        [](Shard& shard) {
            Fixture each(shard);
            each.b.send(R"(21["join","c"])");
            CHECK(each.b.take() == Texts{R"(2["error","internal_error","Internal error"])"});
            each.b.send(R"(21["join","b"])");
            CHECK(each.b.take() == Texts{"31[]"});
            each.b.send(R"(2["leave","b"])");
            each.b.send(R"(21["join","c"])");
            CHECK(each.b.take() == Texts{"31[]"});
        },
        options);
}

TEST_CASE("joining, leaving and being refused cost the same in many rooms as in few") {
    with_shard([](Shard& shard) {
        shard.namespaces.add<Rooms>("/");
        Client client(shard);
        client.connect("/");
        const auto join = [&](int n) { client.send(R"(2["join","room)" + std::to_string(n) + "\"]"); };
        // CPU time: some one second, ten under an emulator. Copying and moving 10 000 names for each event takes a hundred
        // times as much.
        const std::clock_t limit = std::clock() + 30 * CLOCKS_PER_SEC;
        for (int i = 0; i < 30'000; ++i) join(i);
        CHECK(shard.rooms().room_count() == 10'000);
        for (int i = 0; i < 20'000; ++i) join(i % 10'000);
        for (int i = 0; i < 10'000; ++i) client.send(R"(2["leave","room)" + std::to_string(i) + "\"]");
        CHECK(shard.rooms().room_count() == 0);
        CHECK(std::clock() < limit);
        CHECK(client.take().size() == 20'000);  // the refusals
    });
}

TEST_CASE("JSON hooks see all arguments that come and go") {
    with_shard([](Shard& shard) {
        shard.namespaces.add<Rooms>("/");
        Client client(shard, false);
        sio::ManageOptions options;
        options.json_loads = [](std::string_view text) {
            auto value = boost::json::parse({text.data(), text.size()});
            if (value.as_array().size() > 1 && value.at(1) == "bad") throw std::runtime_error("refused");
            if (!value.as_array().empty() && value.at(0) == "object") return boost::json::value(boost::json::object());
            for (auto& element : value.as_array()) {
                if (element.is_string()) element = "[" + std::string(element.as_string()) + "]";
            }
            return value;
        };
        options.json_dumps = [](const sio::Json& value) {
            return " " + boost::json::serialize(boost::json::array{"dumped", value}) + " ";
        };
        client.socket().bind(shard.namespaces, std::make_shared<const sio::ManageOptions>(options));
        client.connect("/");
        client.send(R"(21["join","x"])");
        CHECK(client.take() == Texts{R"(31["dumped",[]])"});
        client.send(R"(22["rooms"])");
        CHECK(client.take() == Texts{R"(32["dumped",[["[x]"]]])"});
        client.send(R"(2["all",5])");
        CHECK(client.take() == Texts{R"(2["all","dumped",[5]])"});
        client.send(R"(2["join","object"])");
        CHECK(client.ended == sio::session::CloseReason::parse_error);
    });
}

TEST_CASE("json_dumps is the receiver's, whoever sends and however") {
    with_shard([](Shard& shard) {
        shard.namespaces.add<Rooms>("/");
        int written = 0;
        const auto dialect = [&written](const char* name) {
            sio::ManageOptions options;
            options.json_dumps = [&written, name](const sio::Json& value) {
                ++written;
                if (value.as_array().at(0) == 13) throw std::runtime_error("unlucky");
                return boost::json::serialize(boost::json::array{name, value.as_array().at(0)});
            };
            return std::make_shared<const sio::ManageOptions>(std::move(options));
        };
        const auto upper = dialect("A");
        Client plain(shard);
        Client first(shard, false);
        Client second(shard, false);
        Client other(shard, false);
        first.socket().bind(shard.namespaces, upper);
        second.socket().bind(shard.namespaces, upper);
        other.socket().bind(shard.namespaces, dialect("B"));
        for (Client* const client : {&plain, &first, &second, &other}) client->connect("/");

        const auto check = [&](const std::string& name, const std::string& n) {
            CHECK(plain.take() == Texts{"2[\"" + name + "\"," + n + "]"});
            CHECK(first.take() == Texts{"2[\"" + name + "\",\"A\"," + n + "]"});
            CHECK(second.take() == Texts{"2[\"" + name + "\",\"A\"," + n + "]"});
            CHECK(other.take() == Texts{"2[\"" + name + "\",\"B\"," + n + "]"});
        };
        plain.send(R"(2["all",1])");
        check("all", "1");
        first.send(R"(2["all",2])");
        check("all", "2");
        shard.namespaces.of("/").emit("news", 3);
        check("news", "3");
        CHECK(written == 6);  // not once for each socket

        shard.namespaces.of("/").emit("news", 13);
        CHECK(plain.take() == Texts{R"(2["news",13])"});
        CHECK(first.take().empty());
        CHECK(other.take().empty());

        sio::Packet packet;
        packet.type = sio::PacketType::event;
        packet.name = "raw";
        packet.args = sio::Args("4");
        first.socket().send_packet(packet);
        CHECK(first.take() == Texts{R"(2["raw","A",4])"});
        first.socket()["/"].send(5);
        CHECK(first.take() == Texts{R"(2["message","A",5])"});
    });
}

namespace {

/// Lets its client in when the gate opens, if it is to.
struct Guarded : public virtual sio::BaseNamespace, public sio::RoomsMixin {
    sio::Event& gate;
    const bool& welcome;
    Guarded(sio::Event& with, const bool& decides) : gate(with), welcome(decides) {}
    static void events(sio::EventTable<Guarded>&) {}
    void recv_connect() override {
        join("lobby");
        emit("first");
        gate.wait();
        if (!welcome) throw sio::ConnectionRefused("no");
    }
};

}  // namespace

TEST_CASE("who is not let in is not there for others, and misses nothing when it is") {
    with_shard([](Shard& shard) {
        sio::Event gate;
        bool welcome = false;
        shard.namespaces.add<Guarded>("/", std::ref(gate), std::ref(welcome));
        const auto everyone = shard.namespaces.of("/");
        for (const bool let_in : {false, true}) {
            gate.clear();
            Client client(shard);
            client.send("0");
            settle();
            CHECK(everyone.sockets().empty());
            CHECK(everyone.to("lobby").sockets().empty());
            everyone.emit("news", 1);
            everyone.to("lobby").emit("news", 2);
            CHECK(client.take().empty());
            welcome = let_in;
            gate.set();
            settle();
            const auto got = client.take();
            if (let_in) {
                REQUIRE(got.size() == 4);
                CHECK(got[0].starts_with("0{"));
                CHECK(Texts(got.begin() + 1, got.end()) == Texts{R"(2["first"])", R"(2["news",1])", R"(2["news",2])"});
                CHECK(everyone.to("lobby").sockets().size() == 1);
            } else {
                CHECK(got == Texts{R"(4{"message":"no"})"});
            }
        }
    });
}

TEST_CASE("who is not let in yet is refused by disconnect_sockets() and close_connections(), not let in for it") {
    with_shard([](Shard& shard) {
        sio::Event gate;
        const bool welcome = true;
        shard.namespaces.add<Guarded>("/", std::ref(gate), std::ref(welcome)).add<Rooms>("/rooms");
        for (const bool close : {false, true}) {
            gate.clear();
            Client client(shard);
            client.connect("/rooms");
            client.send("0");
            settle();
            if (close) {
                shard.namespaces.of("/rooms").close_connections();
            } else {
                shard.namespaces.of("/").disconnect_sockets();
            }
            auto got = client.take();
            std::ranges::sort(got);
            CHECK(got == (close ? Texts{"1/rooms,", R"(4{"message":"Disconnected by the server"})"}
                                : Texts{R"(4{"message":"Disconnected by the server"})"}));
            CHECK(client.ended.has_value() == close);
            gate.set();
            settle();
            CHECK(client.take().empty());
            CHECK(shard.namespaces.of("/").sockets().empty());
        }
    });
}
