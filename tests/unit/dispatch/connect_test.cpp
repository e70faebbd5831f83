#include <doctest/doctest.h>

#include <any>
#include <chrono>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <sio/describe.hpp>
#include <sio/event.hpp>
#include <sio/greenlet_exit.hpp>
#include <sio/json_object.hpp>
#include <sio/mixins.hpp>

#include "support/eventually.hpp"
#include "unit/dispatch/client.hpp"

namespace {

using namespace std::chrono_literals;
using namespace sio::test;
using sio::session::CloseReason;

struct Credentials {
    std::string token;
    std::optional<int> room;
};
BOOST_DESCRIBE_STRUCT(Credentials, (), (token, room))

/// Notes what happens to it, and does what a test tells it to.
class Probe : public virtual sio::BaseNamespace, public sio::RoomsMixin, public sio::BroadcastMixin {
public:
    static void events(sio::EventTable<Probe>& on) {
        on("kick", [](Probe& self) { self.disconnect(); });
        on("kick silently", [](Probe& self) { self.disconnect_silently(); });
        on("kill", [](Probe& self) { self.socket().kill(); });
        on("leave all", [](Probe& self) { self.socket().disconnect(); });
        on("set", [](Probe& self, std::string name, std::string value) { self.session()[name] = value; });
        on("get", [](Probe& self, std::string name) { return self.session().get_or<std::string>(name, "none"); });
    }
    using Hook = std::function<void(Probe&)>;
    explicit Probe(Hook on_connect = {}) : on_connect_(std::move(on_connect)) { ++alive(); }
    ~Probe() override { --alive(); }
    void initialize() override { notes().push_back("initialize " + ns_name()); }
    void recv_connect() override {
        notes().push_back("connect " + ns_name());
        if (on_connect_) on_connect_(*this);
    }
    void recv_disconnect() override {
        std::string rooms_were;
        for (const auto& room : rooms()) rooms_were += " " + room;
        notes().push_back("disconnect " + ns_name() + rooms_were + ": " + std::string(disconnect_reason()));
        CHECK(!connected());
        emit("too late");
    }

    static Texts& notes() {
        static Texts all;
        return all;
    }
    static Texts noted() { return std::exchange(notes(), {}); }
    static int& alive() {
        static int count = 0;
        return count;
    }

private:
    Hook on_connect_;
};

Texts refused(const std::string& nsp, const std::string& json) { return {"4" + nsp + json}; }

}  // namespace

TEST_CASE("a client connects to namespaces, each with an id of its own, and leaves them") {
    with_shard([](Shard& shard) {
        shard.namespaces.add<Probe>("/").add<Probe>("/chat");
        Client client(shard);
        CHECK(client.socket().state() == sio::Socket::State::connecting);
        const auto first = client.connect("/");
        const auto second = client.connect("/chat");
        CHECK(first.size() == 20);
        CHECK(second.size() == 20);
        CHECK(first != second);
        CHECK(first != client.sid());
        CHECK(client.socket().state() == sio::Socket::State::connected);
        CHECK(client.socket().active_ns() == Texts{"/", "/chat"});
        CHECK(client.socket()[sio::Socket::GLOBAL_NS].sid() == first);
        CHECK(client.socket()["/chat"].sid() == second);
        CHECK_THROWS_AS(client.socket()["/other"], std::out_of_range);
        CHECK(client.socket().get_namespace("/other") == nullptr);
        CHECK(Probe::noted() == Texts{"initialize /", "connect /", "initialize /chat", "connect /chat"});

        client.send("1/chat,");
        CHECK(Probe::noted() == Texts{"disconnect /chat: client namespace disconnect"});
        CHECK(client.socket().active_ns() == Texts{"/"});
        CHECK(!client.ended);  // gevent-socketio closed the connection with the last namespace
        client.send("1");
        CHECK(!client.ended);
        CHECK(client.sent.empty());
        CHECK(client.connect("/chat").size() == 20);
        client.drop(CloseReason::ping_timeout);
        settle();
        CHECK(Probe::noted() == Texts{"disconnect /: client namespace disconnect", "initialize /chat", "connect /chat",
                                      "disconnect /chat: ping timeout"});
    });
    CHECK(Probe::alive() == 0);
}

TEST_CASE("unknown and surplus namespaces are refused") {
    sio::SocketOptions options;
    options.max_namespaces = 2;
    with_shard(
        [](Shard& shard) {
            shard.namespaces.add<Probe>("/").add_matching<Probe>(
                [](std::string_view name) { return name.starts_with("/room-"); });
            Client client(shard);
            client.send("0/random,");
            CHECK(client.take() == refused("/random,", R"({"message":"Invalid namespace"})"));
            CHECK(client.connect("/room-1").size() == 20);
            CHECK(client.connect("/room-2").size() == 20);
            client.send("0");
            CHECK(client.take() == refused("", R"({"message":"Too many namespaces"})"));
            client.send("1/room-1,");
            CHECK(client.connect("/").size() == 20);
        },
        options);
    Probe::noted();
}

TEST_CASE("recv_connect can turn a client away with a message and data") {
    with_shard([](Shard& shard) {
        shard.namespaces.add<Probe>("/plain", [](Probe&) { throw sio::ConnectionRefused("forbidden"); });
        shard.namespaces.add<Probe>("/data", [](Probe& self) {
            self.join("room");
            self.emit("never sent");
            throw sio::ConnectionRefused("forbidden", sio::object("code", 7));
        });
        shard.namespaces.add<Probe>("/bug", [](Probe&) { throw std::runtime_error("secret"); });
        shard.namespaces.add_factory<Probe>("/factory", []() -> std::shared_ptr<Probe> { throw 7; });
        shard.namespaces.add_factory<Probe>("/null", []() -> std::shared_ptr<Probe> { return nullptr; });
        Client client(shard);
        client.send("0/plain,");
        CHECK(client.take() == refused("/plain,", R"({"message":"forbidden"})"));
        client.send("0/data,");
        CHECK(client.take() == refused("/data,", R"({"message":"forbidden","data":{"code":7}})"));
        for (const char* nsp : {"/bug,", "/factory,", "/null,"}) {
            client.send(std::string("0") + nsp);
            CHECK(client.take() == refused(nsp, R"({"message":"Internal error"})"));
        }
        CHECK(client.socket().active_ns().empty());
        settle();
        CHECK(Probe::noted() == Texts{"initialize /plain", "connect /plain", "initialize /data", "connect /data",
                                      "initialize /bug", "connect /bug"});
        CHECK(Probe::alive() == 0);
        CHECK(shard.rooms().namespace_count() == 0);
        // It may try again.
        client.send("0/plain,");
        CHECK(client.take().size() == 1);
        CHECK(!client.ended);
    });
    Probe::noted();
}

TEST_CASE("what is emitted while connecting follows the answer, also when recv_connect blocks") {
    with_shard([](Shard& shard) {
        shard.namespaces.add<Probe>("/", [](Probe& self) {
            self.emit("welcome", 1);
            self.join("room");
            self.broadcast_event("all", 2);
            sio::sleep(5ms);
            self.emit("ready");
        });
        Client client(shard);
        client.send("0");
        CHECK(client.sent.empty());
        // What arrives meanwhile waits.
        client.send(R"(21["get","x"])");
        shard.namespaces.of("/").to("room").emit("to room", 3);
        CHECK(client.sent.empty());
        sio::sleep(20ms);
        const auto sent = client.take();
        REQUIRE(sent.size() == 6);
        CHECK(sent[0].starts_with(R"(0{"sid":")"));
        CHECK(Texts(sent.begin() + 1, sent.end()) ==
              Texts{R"(2["welcome",1])", R"(2["all",2])", R"(2["to room",3])", R"(2["ready"])", R"(31["none"])"});
    });
    Probe::noted();
}

TEST_CASE("a client that vanishes while recv_connect blocks is told goodbye when that has returned") {
    with_shard([](Shard& shard) {
        shard.namespaces.add<Probe>("/", [](Probe& self) {
            sio::sleep(5ms);
            CHECK(!self.connected());
        });
        shard.namespaces.add<Probe>("/fails", [](Probe&) {
            sio::sleep(5ms);
            throw sio::ConnectionRefused("no");
        });
        auto client = std::make_unique<Client>(shard);
        client->send("0");
        client->send("0/fails,");
        client->drop(CloseReason::transport_close);
        CHECK(Probe::noted() == Texts{"initialize /", "connect /", "initialize /fails", "connect /fails"});
        sio::sleep(20ms);
        CHECK(client->sent.empty());
        CHECK(Probe::noted() == Texts{"disconnect /: transport close"});
        CHECK(Probe::alive() == 0);
    });
}

TEST_CASE("disconnect in recv_connect tells the client of the connection and of its end") {
    with_shard([](Shard& shard) {
        shard.namespaces.add<Probe>("/", [](Probe& self) { self.disconnect(); });
        Client client(shard);
        client.send("0");
        settle();
        const auto sent = client.take();
        REQUIRE(sent.size() == 2);
        CHECK(sent[0].starts_with(R"(0{"sid":")"));
        CHECK(sent[1] == "1");
        CHECK(Probe::noted() == Texts{"initialize /", "connect /", "disconnect /: server namespace disconnect"});
        CHECK(!client.ended);
    });
}

TEST_CASE("the handshake tells auth, query, headers and address") {
    with_shard([](Shard& shard) {
        bool checked = false;
        shard.namespaces.add<Probe>("/", [&](Probe& self) {
            checked = true;
            const auto& handshake = self.handshake();
            CHECK(handshake.auth<Credentials>().token == "t");
            CHECK(handshake.auth_text() == R"({"token":"t"})");
            CHECK(handshake.query("token") == "abc");
            CHECK(handshake.query()["EIO"] == "4");
            CHECK(handshake.header("user-agent") == "test");
            CHECK(handshake.address() == "192.0.2.7");
            CHECK(!handshake.secure());
            CHECK(std::chrono::system_clock::now() - handshake.time() < 10s);
            CHECK(self.environ().path() == "/socket.io/");
            self.emit("auth", handshake.auth_args());
        });
        shard.namespaces.add<Probe>("/query", [&](Probe& self) {
            CHECK(self.handshake().query("token") == "other value");
            CHECK(self.handshake().query("EIO") == "4");
            CHECK(self.handshake().query()["token"] == "other value");
            CHECK(self.handshake().query()["EIO"] == "4");
            CHECK(self.environ().query()["token"] == "abc");
            CHECK(self.handshake().auth_text() == R"({"token":"other value"})");
        });
        shard.namespaces.add<Probe>("/none", [&](Probe& self) {
            CHECK(self.handshake().auth_text() == "{}");
            CHECK(!self.handshake().auth_if<Credentials>());
            CHECK_THROWS_AS(self.handshake().auth<Credentials>(), sio::Error);
        });
        Client client(shard);
        CHECK(client.connect("/", R"({"token":"t"})").size() == 20);
        CHECK(client.take() == Texts{R"(2["auth",{"token":"t"}])"});
        CHECK(checked);
        client.send("0/query?token=other%20value,");
        client.send("0/none,");
        CHECK(client.take().size() == 2);
    });
    Probe::noted();
}

TEST_CASE("an auth that is no JSON closes the connection") {
    with_shard([](Shard& shard) {
        shard.namespaces.add<Probe>("/");
        for (const char* packet : {R"(0{"a":})", R"(0{"a":1}})", R"(0{a})"}) {
            Client client(shard);
            sio::wire::PacketView view;
            view.type = sio::wire::PacketType::connect;
            view.data = std::string_view(packet).substr(1);
            CHECK_MESSAGE(!client.socket().on_packet(view), packet);
        }
        CHECK(Probe::noted().empty());
    });
}

TEST_CASE("the application ends a namespace, or everything") {
    with_shard([](Shard& shard) {
        shard.namespaces.add<Probe>("/").add<Probe>("/b");
        Client client(shard);
        client.connect("/");
        client.connect("/b");
        Probe::noted();
        client.send(R"(2["kick"])");
        CHECK(client.take() == Texts{"1"});
        settle();
        CHECK(Probe::noted() == Texts{"disconnect /: server namespace disconnect"});
        CHECK(!client.ended);
        // Packets that crossed with it are ignored.
        client.send(R"(21["get","x"])");
        client.send("31[]");
        client.send("1");
        CHECK(client.take().empty());
        CHECK(!client.ended);

        client.connect("/");
        client.send(R"(2["kick silently"])");
        CHECK(client.take().empty());
        client.connect("/");
        client.send(R"(2["leave all"])");
        auto sent = client.take();
        CHECK(sent == Texts{"1/b,", "1"});
        CHECK(client.ended == CloseReason::forced_close);
        settle();
        CHECK(Probe::noted().back() == "disconnect /: server namespace disconnect");

        Client other(shard);
        other.connect("/");
        other.send(R"(2["kill"])");
        CHECK(other.take().empty());
        CHECK(other.ended == CloseReason::forced_close);
        settle();
        CHECK(Probe::noted().back() == "disconnect /: forced close");
    });
    CHECK(Probe::alive() == 0);
}

TEST_CASE("packets that do not fit the state of a namespace close the connection, as on the reference server") {
    with_shard([](Shard& shard) {
        shard.namespaces.add<Probe>("/");
        for (const char* packet : {R"(2["x"])", "31[]", "1", R"(2/other,["x"])"}) {
            Client client(shard);
            client.send(packet);
            CHECK_MESSAGE(client.ended == CloseReason::forced_server_close, packet);
        }
        Client client(shard);
        client.connect("/");
        client.send(R"(4{"message":"x"})");
        CHECK(client.ended == CloseReason::forced_server_close);
    });
    Probe::noted();
}

TEST_CASE("a client that nobody lets into a namespace ends after the connect timeout, however often it asks") {
    sio::SocketOptions options;
    options.connect_timeout = 20ms;
    with_shard(
        [&](Shard& shard) {
            sio::Event gate;
            shard.namespaces.add<Probe>("/", [&](Probe&) { throw sio::ConnectionRefused("no"); });
            shard.namespaces.add<Probe>("/slow", [&](Probe&) { gate.wait(); });
            shard.namespaces.add<Probe>("/broken", [&](Probe&) { throw std::runtime_error("broken"); });
            shard.namespaces.add<Probe>("/open");
            Client refused(shard);
            Client hanging(shard);
            Client failing(shard);
            Client fine(shard);
            refused.send("0");
            hanging.send("0/slow,");
            failing.send("0/broken,");
            fine.send("0/open,");
            CHECK(eventually([&] { return refused.ended && hanging.ended && failing.ended; }));
            CHECK(refused.ended == CloseReason::forced_server_close);
            CHECK(!fine.ended);
            gate.set();
            settle();
        },
        options);
    Probe::noted();
}

TEST_CASE("a connection without a namespace ends after the connect timeout, one with a namespace stays") {
    sio::SocketOptions options;
    options.connect_timeout = 20ms;
    with_shard(
        [](Shard& shard) {
            shard.namespaces.add<Probe>("/");
            Client idle(shard);
            Client connected(shard);
            connected.connect("/");
            sio::sleep(60ms);
            CHECK(idle.ended == CloseReason::forced_server_close);
            CHECK(!connected.ended);
        },
        options);
    Probe::noted();
}

TEST_CASE("the session is shared by the namespaces of a socket, and by no other") {
    with_shard([](Shard& shard) {
        shard.namespaces.add<Probe>("/").add<Probe>("/b");
        Client client(shard);
        Client other(shard);
        for (auto* each : {&client, &other}) {
            each->connect("/");
            each->connect("/b");
        }
        client.send(R"(21["set","nickname","Ada"])");
        client.send(R"(2/b,2["get","nickname"])");
        CHECK(client.take() == Texts{"31[]", R"(3/b,2["Ada"])"});
        other.send(R"(21["get","nickname"])");
        CHECK(other.take() == Texts{R"(31["none"])"});
        auto& session = client.socket().session();
        session["count"] = 3;
        session["text"] = "literal";
        CHECK(*session.get<int>("count") == 3);
        CHECK(session.get<std::string>("count") == nullptr);
        CHECK(*session.get<std::string>("text") == "literal");
        session.ensure<std::vector<int>>("list").push_back(1);
        CHECK(session.ensure<std::vector<int>>("list").size() == 1);
        CHECK(session.contains("list"));
        CHECK(session.erase("list"));
        CHECK(!session.erase("list"));
    });
    Probe::noted();
}

TEST_CASE("a namespace object cannot be used in its constructor") {
    class Eager : public virtual sio::BaseNamespace {
    public:
        Eager() { emit("x"); }
    };
    with_shard([](Shard& shard) {
        shard.namespaces.add<Eager>("/");
        Client client(shard);
        client.send("0");
        CHECK(client.take() == refused("", R"({"message":"Internal error"})"));
        CHECK_THROWS_AS(Probe().sid(), sio::Error);
        CHECK(!Probe().connected());
        CHECK(Probe().disconnect_reason().empty());
    });
}

TEST_CASE("what a client has left counts as long as its handlers run") {
    sio::SocketOptions options;
    options.max_namespaces = 4;
    sio::Event gate;
    int connects = 0;
    int disconnects = 0;
    with_shard(
        [&](Shard& shard) {
            struct Blocking : Probe {
                Blocking(sio::Event& gate, int& count) : gate_(gate), count_(count) {}
                void recv_disconnect() override {
                    ++count_;
                    gate_.wait();
                }
                sio::Event& gate_;
                int& count_;
            };
            shard.namespaces.add<Blocking>("/", std::ref(gate), std::ref(disconnects));
            shard.namespaces.add<Probe>("/slow", [&](Probe&) {
                ++connects;
                gate.wait();
            });
            Client client(shard);
            SUBCASE("recv_connect()") {
                for (int i = 0; i < 100; ++i) {
                    client.send("0/slow,");
                    client.send("1/slow,");
                }
                CHECK(connects == 4);
                CHECK(client.take().back() == R"(4/slow,{"message":"Too many namespaces"})");
                gate.set();
                settle();
                client.send("0/slow,");
                CHECK(client.take().back().starts_with("0/slow,"));
            }
            SUBCASE("recv_disconnect()") {
                for (int i = 0; i < 100; ++i) {
                    client.send("0");
                    client.send("1");
                }
                CHECK(disconnects == 4);
                gate.set();
                settle();
                CHECK(client.connect("/").size() == 20);
            }
            CHECK(!client.ended);
        },
        options);
    Probe::noted();
}

TEST_CASE("auth that does not fit is a refusal that says what is wrong") {
    with_shard([](Shard& shard) {
        shard.namespaces.add<Probe>("/", [](Probe& self) { self.handshake().auth<Credentials>(); });
        Client client(shard);
        client.send(R"(0{"token":5})");
        const auto answer = client.take();
        REQUIRE(answer.size() == 1);
        CHECK(answer[0].starts_with(R"(4{"message":")"));
        CHECK(answer[0].find("token") != std::string::npos);
        CHECK(answer[0].find("Internal error") == std::string::npos);
        client.send(R"(0{"token":"abc"})");
        CHECK(client.take().at(0).starts_with(R"(0{"sid":)"));
    });
    Probe::noted();
}

TEST_CASE("a namespace that nobody serves, or that cannot be, is an error, not silence") {
    with_shard([](Shard& shard) {
        shard.namespaces.add<Probe>("/chat");
        CHECK_THROWS_AS(static_cast<void>(shard.namespaces.of("chat")), std::invalid_argument);
        CHECK_NOTHROW(static_cast<void>(shard.namespaces.of("/later")));
        Client client(shard);
        CHECK_THROWS_AS(static_cast<void>(shard.namespaces.of("/caht")), std::invalid_argument);
        CHECK_NOTHROW(static_cast<void>(shard.namespaces.of("/chat")));
        CHECK_THROWS_AS(shard.namespaces.add<Probe>("/later"), std::logic_error);
    });
}

TEST_CASE("a client that connects again to where it is or will be is answered, and cut off nowhere") {
    with_shard([](Shard& shard) {
        sio::Event gate;
        shard.namespaces.add<Probe>("/", [&](Probe&) { gate.wait(); }).add<Probe>("/chat");
        Client client(shard);
        client.connect("/chat");
        client.send("0");
        client.send("0");
        CHECK(client.take().empty());
        gate.set();
        settle();
        const auto answers = client.take();
        REQUIRE(answers.size() == 1);
        client.send("0");
        CHECK(client.take() == answers);
        client.send(R"(21["get","x"])");
        client.send(R"(2/chat,2["get","x"])");
        CHECK(client.take() == Texts{R"(31["none"])", R"(3/chat,2["none"])"});
        const auto notes = Probe::noted();
        CHECK(std::count(notes.begin(), notes.end(), "connect /") == 1);
        CHECK(!client.ended);
    });
    Probe::noted();
}

TEST_CASE("a client that leaves while its object is made is in no room, and no broadcast reaches for it") {
    with_shard([](Shard& shard) {
        sio::Event gate;
        SUBCASE("in the factory") {
            shard.namespaces.add_factory<Probe>("/", [&] {
                gate.wait();
                return std::make_shared<Probe>();
            });
        }
        SUBCASE("in the constructor") {
            struct SlowProbe : Probe {
                explicit SlowProbe(sio::Event& gate) { gate.wait(); }
            };
            shard.namespaces.add<SlowProbe>("/", std::ref(gate));
        }
        Client client(shard);
        client.send("0");
        client.drop(CloseReason::transport_close);
        gate.set();
        settle();
        CHECK(shard.rooms().namespace_count() == 0);
        shard.namespaces.of("/").emit("news");
        CHECK(Probe::noted().empty());
        CHECK(Probe::alive() == 0);
    });
}

TEST_CASE("a client that leaves during initialize() neither connects nor disconnects") {
    with_shard([](Shard& shard) {
        sio::Event gate;
        struct SlowProbe : Probe {
            explicit SlowProbe(sio::Event& gate) : gate_(gate) {}
            void initialize() override { gate_.wait(); }
            sio::Event& gate_;
        };
        shard.namespaces.add<SlowProbe>("/", std::ref(gate));
        Client client(shard);
        client.send("0");
        client.drop(CloseReason::transport_close);
        gate.set();
        settle();
        CHECK(Probe::noted() == Texts{"initialize /"});
        CHECK(Probe::alive() == 0);
    });
}

TEST_CASE("a greenlet that is killed while it connects a client refuses it, and leaves nothing behind") {
    with_shard([](Shard& shard) {
        const auto killed = []() -> std::shared_ptr<Probe> { throw sio::GreenletExit(); };
        shard.namespaces.add_factory<Probe>("/", killed);
        shard.namespaces.add<Probe>("/late", [](Probe&) { throw sio::GreenletExit(); });
        Client client(shard);
        client.send("0");
        CHECK(client.take() == refused("", R"({"message":"Internal error"})"));
        client.send(R"(21["get","x"])");
        client.send("0/late,");
        CHECK(client.take() == refused("/late,", R"({"message":"Internal error"})"));
        CHECK(!client.ended);
        CHECK(client.socket().connections().empty());
        CHECK(shard.rooms().namespace_count() == 0);
        CHECK(Probe::alive() == 0);
    });
    Probe::noted();
}

TEST_CASE("socketio_manage binds the namespaces once, and hands on request and error handler") {
    with_shard([](Shard& shard) {
        sio::Namespaces namespaces;
        namespaces.add<Probe>("/", [](Probe& self) { CHECK(self.request<int>() == 42); });
        Client client(shard, false);
        CHECK(client.socket().state() == sio::Socket::State::new_);
        // What arrives before the app has bound the session waits, then goes through.
        client.send("0");
        client.send(R"(21["get","x"])");
        CHECK(client.sent.empty());
        std::vector<sio::ErrorReport> reports;
        sio::ManageOptions options;
        options.request = 42;
        options.error_handler = [&](sio::Socket& socket, const sio::ErrorReport& report) {
            CHECK(socket.sessid() == client.sid());
            reports.push_back(report);
            throw std::runtime_error("even then");
        };
        auto& environ_of = client.socket().environ();
        bool ended = false;
        auto app = sio::spawn([&] {
            auto managed = sio::socketio_manage(environ_of, namespaces, options);
            CHECK(&managed.socket() == &client.socket());
            const sio::Response response = managed.join();
            ended = response.status == 200;
        });
        settle();
        const auto sent = client.take();
        REQUIRE(sent.size() == 2);
        CHECK(sent[0].starts_with(R"(0{"sid":")"));
        CHECK(sent[1] == R"(31["none"])");
        CHECK_THROWS_AS(sio::socketio_manage(environ_of, namespaces), sio::Error);
        client.send(R"(25["unknown"])");
        REQUIRE(reports.size() == 1);
        CHECK(reports[0].name == "no_such_method");
        CHECK(reports[0].endpoint == "/");
        CHECK(reports[0].msg_id == 5);
        CHECK(client.take().empty());
        CHECK(!ended);
        client.drop(CloseReason::transport_error);
        app.join();
        CHECK(ended);
    });
    Probe::noted();
}

TEST_CASE("the ready-made route serves sessions and answers pages with 404") {
    with_shard([](Shard& shard) {
        shard.namespaces.add<Probe>("/");
        const auto app = sio::route(shard.namespaces);
        sio::Environ page;
        CHECK(app(page).status == 404);
        CHECK_THROWS_AS(sio::socketio_manage(page, shard.namespaces), sio::Error);
        Client client(shard, false);
        CHECK(app(client.socket().environ()).status == 200);
        CHECK(client.socket().bound());
        CHECK(client.connect("/").size() == 20);
    });
    Probe::noted();
}

TEST_CASE("too much before the session is bound pauses reading") {
    sio::SocketOptions options;
    options.max_queued_event_bytes = 10'000;
    with_shard(
        [](Shard& shard) {
            shard.namespaces.add<Probe>("/");
            Client client(shard, false);
            const std::string name(4'000, 'x');
            client.send("0");
            client.send(R"(21["get",")" + name + "\"]");
            CHECK(!client.paused());
            client.send(R"(22["get",")" + name + name + "\"]");
            CHECK(client.paused());
            client.send(R"(23["get","x"])");
            client.socket().bind(shard.namespaces);
            settle();
            CHECK(!client.paused());
            const auto sent = client.take();
            REQUIRE(sent.size() == 4);
            CHECK(sent[3] == R"(33["none"])");
        },
        options);
    Probe::noted();
}

TEST_CASE("what is sent to a client within recv_connect is held, but not without bound: bytes count, not packets") {
    sio::SocketOptions options;
    options.max_held_bytes = 500'000;
    with_shard(
        [](Shard& shard) {
            int count = 1000;
            std::string text = "short";
            sio::Event gate;
            shard.namespaces.add<Probe>("/", [&](Probe& self) {
                for (int i = 0; i < count; ++i) self.emit("n", text);
                gate.wait();
            });
            Client fits(shard);
            fits.send("0");
            CHECK(!fits.ended);
            count = 100;
            text = std::string(4000, 'x');
            Client large(shard);
            large.send("0");
            CHECK(!large.ended);
            // What others send while it waits counts as well.
            std::string broadcast(100'000, 'x');
            shard.namespaces.of("/").emit("news", broadcast);
            CHECK(large.ended == CloseReason::forced_server_close);
            CHECK(!fits.ended);
            gate.set();
            settle();
            CHECK(fits.take().size() == 1002);
        },
        options);
    Probe::noted();
}

TEST_CASE("clients that connect slowly share what is kept for them") {
    with_shard([](Shard& shard) {
        sio::Event gate;
        shard.namespaces.add<Probe>("/", [&](Probe&) { gate.wait(); });
        Client one(shard);
        Client two(shard);
        one.send("0");
        two.send("0");
        const int before = Client::encodings();
        shard.namespaces.of("/").emit("news", 1);
        gate.set();
        settle();
        CHECK(one.take().back() == R"(2["news",1])");
        CHECK(two.take().back() == R"(2["news",1])");
        CHECK(Client::encodings() == before + 1);
    });
    Probe::noted();
}

TEST_CASE("arguments nested deeper than the limit close the connection") {
    sio::SocketOptions options;
    options.max_json_depth = 4;
    with_shard(
        [](Shard& shard) {
            shard.namespaces.add<Probe>("/");
            const auto nested = [](int depth) {
                return "21[\"get\"," + std::string(static_cast<std::size_t>(depth), '[') +
                       std::string(static_cast<std::size_t>(depth), ']') + "]";
            };
            Client fits(shard);
            CHECK(fits.connect("/").size() == 20);
            fits.send(nested(3));
            settle();
            CHECK(!fits.ended);
            Client exceeds(shard);
            CHECK(exceeds.connect("/").size() == 20);
            exceeds.send(nested(5));
            settle();
            CHECK(exceeds.ended == CloseReason::parse_error);
        },
        options);
    Probe::noted();
}

TEST_CASE("the hub finds open sockets by their session id") {
    with_shard([](Shard& shard) {
        {
            Client client(shard);
            CHECK(shard.hub->find(client.sid()).get() == &client.socket());
            CHECK(shard.hub->socket_count() == 1);
            client.socket().detach();
            CHECK(shard.hub->find(client.sid()) == nullptr);
        }
        Client client(shard);
        const auto sid = client.sid();
        client.drop(CloseReason::transport_close);
        CHECK(shard.hub->find(sid) == nullptr);
        CHECK(shard.hub->socket_count() == 0);
    });
}
