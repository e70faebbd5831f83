#include <doctest/doctest.h>

#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <sio/describe.hpp>
#include <sio/json.hpp>
#include <sio/mixins.hpp>

#include "unit/dispatch/client.hpp"

namespace {

using namespace sio::test;
using sio::Ack;
using sio::Args;
using sio::Binary;
using sio::EventTable;
using sio::Packet;

struct Point {
    int x = 0;
    std::optional<int> y;
};
BOOST_DESCRIBE_STRUCT(Point, (), (x, y))

int free_handler(sio::BaseNamespace&, int a) noexcept { return a + 1; }

class Every : public virtual sio::BaseNamespace {
public:
    static void events(EventTable<Every>& on) {
        on("nothing", &Every::on_nothing);
        on("sum", &Every::on_sum);
        on("text", &Every::on_text);
        on("view", &Every::on_view);
        on("const noexcept", &Every::on_const_noexcept);
        on("lambda", [](Every& self, std::string text) { return text + self.suffix; });
        on("free", &free_handler);
        on("optional", &Every::on_optional);
        on("point", &Every::on_point);
        on("json", &Every::on_json);
        on("binary", &Every::on_binary);
        on("args", &Every::on_args);
        on("args by value", &Every::on_args_by_value);
        on("packet", &Every::on_packet);
        on("tuple", &Every::on_tuple);
        on("ack", &Every::on_ack);
        on("ack and args", &Every::on_ack_and_args);
        on("only ack", &Every::on_only_ack);
        on("twice", [](Every&, Ack ack) { ack(1), ack(2); });
        on("maybe reply", [](Every&, bool yes) { return yes ? sio::Reply(Args::of("yes")) : std::nullopt; });
        on("throws", [](Every&) { throw std::runtime_error("secret"); });
        on("throws an int", [](Every&) { throw 7; });
        on("error", [](Every&) { return "handled"; });
        on("a:b-c.d\xc3\xa9 \"'{}", [](Every&) { return 1; });
        on("", [](Every&) { return "empty"; });
        on("move only", [held = std::make_unique<int>(9)](Every&) { return *held; });
        on(std::string("run") + " time", [](Every&) { return true; });
    }
    std::string suffix = "!";
    std::string seen;
    std::vector<Ack> acks;

private:
    void on_nothing() { seen = "nothing"; }
    long on_sum(int a, long b) { return a + b; }
    std::string on_text(const std::string& text) { return text; }
    std::string on_view(std::string_view text) { return std::string(text) + "."; }
    int on_const_noexcept(int a) const noexcept { return a; }
    std::string on_optional(int a, std::optional<std::string> b, std::optional<int> c) {
        return std::to_string(a) + b.value_or("-") + (c ? std::to_string(*c) : "-");
    }
    Point on_point(Point point) { return {point.x + 1, point.y}; }
    sio::Json on_json(sio::Json value) { return value; }
    std::size_t on_binary(Binary bytes) { return bytes.size(); }
    const Args& on_args(const Args& args) { return args; }
    Args on_args_by_value(Args args) { return args; }
    std::string on_packet(const Packet& packet) { return packet.name + packet.endpoint + packet.args.text(); }
    std::tuple<bool, std::string> on_tuple(std::string text) { return {true, text}; }
    void on_ack(int a, Ack ack) {
        seen = std::to_string(a);
        acks.push_back(ack);
    }
    void on_ack_and_args(const Args& args, Ack ack) { ack(args); }
    void on_only_ack(Ack ack) { acks.push_back(ack); }
};

struct Fixture {
    explicit Fixture(Shard& shard) : client((shard.namespaces.add<Every>("/"), shard)) { sid = client.connect("/"); }
    // What is sent back for `packet`.
    Texts operator()(std::string_view packet, std::vector<Binary> attachments = {}) {
        client.send(packet, std::move(attachments));
        return client.take();
    }
    Every& object() { return dynamic_cast<Every&>(client.socket()["/"]); }

    Client client;
    std::string sid;
};

Texts invalid(const std::string& message) { return {R"(2["error","invalid_method_args",")" + message + "\"]"}; }

}  // namespace

TEST_CASE("an event's arguments are converted to what its handler takes, and its result is the acknowledgement") {
    with_shard([](Shard& shard) {
        Fixture ask(shard);
        CHECK(ask(R"(21["nothing"])") == Texts{"31[]"});
        CHECK(ask.object().seen == "nothing");
        CHECK(ask(R"(2["sum",1,2])") == Texts{});
        CHECK(ask(R"(20["sum",1,2])") == Texts{"30[3]"});
        CHECK(ask(R"(22["text","a\u00e9"])") == Texts{"32[\"a\xc3\xa9\"]"});
        CHECK(ask(R"(22["view","a"])") == Texts{R"(32["a."])"});
        CHECK(ask(R"(22["const noexcept",5])") == Texts{"32[5]"});
        CHECK(ask(R"(22["lambda","hi"])") == Texts{R"(32["hi!"])"});
        CHECK(ask(R"(22["free",1])") == Texts{"32[2]"});
        CHECK(ask(R"(22["optional",1])") == Texts{R"(32["1--"])"});
        CHECK(ask(R"(22["optional",1,null,3])") == Texts{R"(32["1-3"])"});
        CHECK(ask(R"(22["optional",1,"b"])") == Texts{R"(32["1b-"])"});
        CHECK(ask(R"(22["point",{"x":1,"extra":true}])") == Texts{R"(32[{"x":2,"y":null}])"});
        CHECK(ask(R"(22["json",{"a":[1,2.5,null]}])") == Texts{R"(32[{"a":[1,2.5,null]}])"});
        CHECK(ask(R"(22["tuple","x"])") == Texts{R"(32[true,"x"])"});
        CHECK(ask(R"(22["packet",1,"x"])") == Texts{R"(32["packet/1,\"x\""])"});
        CHECK(ask(R"(22["maybe reply",true])") == Texts{R"(32["yes"])"});
        CHECK(ask(R"(22["maybe reply",false])") == Texts{});
        CHECK(ask(R"(22["move only"])") == Texts{"32[9]"});
        CHECK(ask(R"(22["run time"])") == Texts{"32[true]"});
    });
}

TEST_CASE("arguments that are passed on keep the text that came") {
    with_shard([](Shard& shard) {
        Fixture ask(shard);
        CHECK(ask(R"(22["args",{"b" : 1.0,"a":[ ]},"\u00e9"])") == Texts{R"(32[{"b" : 1.0,"a":[ ]},"\u00e9"])"});
        CHECK(ask(R"(22["args by value",18446744073709551616])") == Texts{"32[18446744073709551616]"});
        CHECK(ask(R"(52-2["binary",{"_placeholder":true,"num":0}])", {Binary(std::string("abc")), Binary()}) ==
              Texts{"32[3]"});
        CHECK(ask(R"(51-2["args",[{"_placeholder":true,"num":0}]])", {Binary(std::string("abc"))}) ==
              Texts{R"(61-2[[{"_placeholder":true,"num":0}]])"});
        REQUIRE(ask.client.attachments.size() == 1);
        CHECK(ask.client.attachments[0].bytes() == "abc");
    });
}

TEST_CASE("an acknowledgement may come later, once, or never") {
    with_shard([](Shard& shard) {
        Fixture ask(shard);
        CHECK(ask(R"(27["ack",5])") == Texts{});
        CHECK(ask.object().seen == "5");
        CHECK(static_cast<bool>(ask.object().acks.at(0)));
        ask.object().acks.at(0)("done", 1);
        ask.object().acks.at(0)("again");
        CHECK(!ask.object().acks.at(0));
        CHECK(ask.client.take() == Texts{R"(37["done",1])"});
        CHECK(ask(R"(2["ack",6])") == Texts{});  // nobody asked
        ask.object().acks.at(1)("nobody hears");
        CHECK(ask.client.take() == Texts{});
        CHECK(ask(R"(28["twice"])") == Texts{"38[1]"});
        CHECK(ask(R"(28["ack and args",1,[2]])") == Texts{"38[1,[2]]"});
        CHECK(ask(R"(29007199254740991["sum",1,1])") == Texts{"39007199254740991[2]"});
        sio::wire::PacketView huge;
        huge.id = std::numeric_limits<std::uint64_t>::max();
        huge.name = "sum";
        huge.data = "1,1";
        huge.array = R"(["sum",1,1])";
        CHECK(ask.client.socket().on_packet(huge));
        CHECK(ask.client.take() == Texts{"318446744073709551615[2]"});
        // One that outlives its client is harmless.
        CHECK(ask(R"(29["only ack"])") == Texts{});
        const Ack late = ask.object().acks.at(2);
        ask.client.drop(sio::session::CloseReason::transport_close);
        CHECK(!late);
        late("too late");
    });
}

TEST_CASE("arguments that do not fit are answered with invalid_method_args, and the handler does not run") {
    with_shard([](Shard& shard) {
        Fixture ask(shard);
        CHECK(ask(R"(21["sum",1])") == invalid("expected at least 2 arguments, got 1"));
        CHECK(ask(R"(21["sum"])") == invalid("expected at least 2 arguments, got 0"));
        CHECK(ask(R"(21["sum",1,2,3])") == invalid("expected at most 2 arguments"));
        CHECK(ask(R"(21["nothing",1])") == invalid("expected at most 0 arguments"));
        CHECK(ask(R"(21["sum",1,"2"])") == invalid("argument 2: expected a whole number, got a string"));
        CHECK(ask(R"(2["text",{"toString":"foo"}])") == invalid("argument 1: expected a string, got an object"));
        CHECK(ask(R"(2["point",{"y":1}])") == invalid(R"(argument 1: the member \"x\" is missing)"));
        CHECK(ask(R"(2["point",{"x":[]}])") == invalid("argument 1.x: expected a whole number, got an array"));
        CHECK(ask(R"(2["binary","text"])") == invalid("argument 1: expected binary data, got a string"));
        CHECK(ask(R"(2["sum",9007199254740993,99999999999999999999])") == invalid("argument 1: number out of range"));
        CHECK(ask.object().seen.empty());
    });
}

TEST_CASE("event names are any text, exactly") {
    with_shard([](Shard& shard) {
        Fixture ask(shard);
        CHECK(ask("22[\"a:b-c.d\xc3\xa9 \\\"'{}\"]") == Texts{"32[1]"});
        CHECK(ask(R"(22["a:b-c.d\u00e9 \"'{}"])") == Texts{"32[1]"});
        CHECK(ask(R"(22["error"])") == Texts{R"(32["handled"])"});
        CHECK(ask(R"(22[""])") == Texts{R"(32["empty"])"});
        // Not by gevent's method name, nor by the name of a C++ function.
        const auto missing = [](const std::string& method) {
            return Texts{R"(2["error","no_such_method","The method \")" + method + R"(\" was not found"])"};
        };
        CHECK(ask(R"(22["const_noexcept",1])") == missing("on_const_noexcept"));
        CHECK(ask(R"(22["on_sum",1,2])") == missing("on_on_sum"));
        CHECK(ask(R"(22["recv_disconnect"])") == missing("on_recv_disconnect"));
        CHECK(ask(R"(22["toString"])") == missing("on_toString"));
        CHECK(ask(R"(22["__proto__"])") == missing("on___proto__"));
        CHECK(ask("22[\"" + std::string(10'000, 'x') + "\"]") == missing("on_" + std::string(97, 'x') + "..."));
    });
}

TEST_CASE("a handler that throws costs its client an error event, and nothing more") {
    with_shard([](Shard& shard) {
        Fixture ask(shard);
        const Texts internal{R"(2["error","internal_error","Internal error"])"};
        CHECK(ask(R"(21["throws"])") == internal);
        CHECK(ask(R"(21["throws an int"])") == internal);
        CHECK(ask(R"(21["sum",1,1])") == Texts{"31[2]"});
        CHECK(!ask.client.ended);
    });
    sio::SocketOptions options;
    options.expose_error_messages = true;
    with_shard(
        [](Shard& shard) {
            Fixture ask(shard);
            CHECK(ask(R"(21["throws"])") == Texts{R"(2["error","internal_error","secret"])"});
        },
        options);
}

namespace {

class Base : public virtual sio::BaseNamespace {
public:
    static void events(EventTable<Base>& on) {
        on("who", &Base::on_who);
        on("base only", &Base::on_base_only);
    }
    void initialize() override { trace += "base;"; }
    std::string trace;
    int padding[4] = {1, 2, 3, 4};

private:
    std::string on_who() { return "base"; }
    int on_base_only() { return padding[2]; }
};

class Mixin : public virtual sio::BaseNamespace {
public:
    static void events(EventTable<Mixin>& on) { on("mixed", &Mixin::on_mixed); }
    void initialize() override { mixin_ready = true; }
    bool mixin_ready = false;

private:
    bool on_mixed() { return mixin_ready; }
};

// Without a table of its own: the base's, by itself.
class Heir : public Base {};

class Own : public Heir, public Mixin {
public:
    static void events(EventTable<Own>& on) {
        on.inherit<Heir>().inherit<Mixin>();
        on("who", &Own::on_who);
    }
    void initialize() override { trace += "own;"; }

private:
    std::string on_who() { return "own"; }
};

class Plain : public virtual sio::BaseNamespace {};

}  // namespace

TEST_CASE("event tables are inherited, and initialize() runs for every class, bases first") {
    with_shard([](Shard& shard) {
        shard.namespaces.add<Heir>("/heir").add<Own>("/own").add<Plain>("/plain");
        Client client(shard);
        client.connect("/heir");
        client.connect("/own");
        client.connect("/plain");
        client.send(R"(2/heir,1["who"])");
        client.send(R"(2/heir,2["base only"])");
        client.send(R"(2/own,1["who"])");
        client.send(R"(2/own,2["base only"])");
        client.send(R"(2/own,3["mixed"])");
        CHECK(client.take() ==
              Texts{R"(3/heir,1["base"])", "3/heir,2[3]", R"(3/own,1["own"])", "3/own,2[3]", "3/own,3[true]"});
        CHECK(client.socket().get_namespace<Own>("/own")->trace == "base;own;");
        CHECK(client.socket().get_namespace<Heir>("/heir")->trace == "base;");
        client.send(R"(2/plain,["x"])");
        CHECK(client.take() == Texts{R"(2/plain,["error","no_such_method","The method \"on_x\" was not found"])"});
    });
}

namespace {

class Twice : public virtual sio::BaseNamespace {
public:
    static void events(EventTable<Twice>& on) {
        on("a", [](Twice&) {});
        on("a", [](Twice&) {});
    }
};

class Reserved : public virtual sio::BaseNamespace {
public:
    static void events(EventTable<Reserved>& on) {
        on(std::string("disconnect"), [](Reserved&) {});
    }
};

}  // namespace

TEST_CASE("mistakes in a table that only show at run time show when the class is added") {
    sio::Namespaces namespaces;
    CHECK_THROWS_AS(namespaces.add<Twice>("/"), std::invalid_argument);
    CHECK_THROWS_AS(namespaces.add<Reserved>("/"), std::invalid_argument);
    CHECK_THROWS_AS(namespaces.add<Plain>("no slash"), std::invalid_argument);
    CHECK_THROWS_AS(namespaces.add<Plain>("/a,b"), std::invalid_argument);
    CHECK_THROWS_AS(namespaces.add<Plain>("/a?b"), std::invalid_argument);
    namespaces.add<Plain>("/a");
    CHECK_THROWS_AS(namespaces.add<Plain>("/a"), std::invalid_argument);
    CHECK(namespaces.contains("/a"));
    CHECK(!namespaces.contains("/b"));
}

namespace {

class Guarded : public virtual sio::BaseNamespace {
public:
    static void events(EventTable<Guarded>& on) {
        on("open door", [](Guarded&) { return "open"; });
        on("secret", [](Guarded&) { return "told"; });
        on("login", [](Guarded& self) { self.add_acl_method("secret"); });
        on("lift", [](Guarded& self) { self.lift_acl_restrictions(); });
        on("reset", [](Guarded& self) { self.reset_acl(); });
    }
    std::optional<std::vector<std::string>> get_initial_acl() override {
        return std::vector<std::string>{"recv_connect", "on_open_door", "login", "lift", "on_reset"};
    }
    void recv_connect() override { connected_hook = true; }
    void recv_message(const std::string&) override { message = true; }
    void recv_disconnect() override { ended = true; }
    bool connected_hook = false;
    bool message = false;
    static inline bool ended = false;
};

}  // namespace

TEST_CASE("only methods on the access list are called") {
    with_shard([](Shard& shard) {
        shard.namespaces.add<Guarded>("/");
        Client client(shard);
        client.connect("/");
        const auto denied = [](const std::string& method) {
            return Texts{R"(2["error","method_access_denied","You do not have access to method \")" + method +
                         R"(\""])"};
        };
        const auto ask = [&](std::string_view packet) {
            client.send(packet);
            return client.take();
        };
        auto object = client.socket().get_namespace<Guarded>("/");
        CHECK(object->connected_hook);
        CHECK(ask(R"(21["open door"])") == Texts{R"(31["open"])"});
        CHECK(ask(R"(21["secret"])") == denied("on_secret"));
        CHECK(ask(R"(21["unknown"])") == denied("on_unknown"));
        CHECK(ask(R"(21["message","x"])") == denied("recv_message"));
        CHECK(!object->message);
        CHECK(object->is_method_allowed("open door"));
        CHECK(!object->is_method_allowed("on_secret"));
        CHECK(ask(R"(21["login"])") == Texts{"31[]"});
        CHECK(ask(R"(21["secret"])") == Texts{R"(31["told"])"});
        object->del_acl_method("on_secret");
        CHECK(ask(R"(21["secret"])") == denied("on_secret"));
        CHECK(ask(R"(21["lift"])") == Texts{"31[]"});
        CHECK(!object->allowed_methods());
        CHECK(ask(R"(21["secret"])") == Texts{R"(31["told"])"});
        CHECK(ask(R"(21["reset"])") == Texts{"31[]"});
        CHECK(ask(R"(21["secret"])") == denied("on_secret"));
        // recv_disconnect() is not on the list.
        object.reset();
        client.drop(sio::session::CloseReason::transport_close);
        settle();
        CHECK(!Guarded::ended);
    });
}

namespace {

class Routed : public virtual sio::BaseNamespace {
public:
    static void events(EventTable<Routed>& on) {
        on("known", [](Routed&, int a) { return a; });
        on("fails", [](Routed&) { throw std::domain_error("wrong"); });
    }
    sio::Reply process_event(const Packet& packet) override {
        if (packet.name == "alias") return call_method_with_acl("on_known", packet);
        if (packet.name == "own") return Args::of("own", packet.args);
        auto reply = BaseNamespace::process_event(packet);
        if (reply) reply->append("wrapped");
        return reply;
    }
    sio::Reply process_packet(const Packet& packet) override {
        types.push_back(packet.type);
        return BaseNamespace::process_packet(packet);
    }
    void exception_handler_decorator(const sio::Invocation& run) override {
        try {
            run();
        } catch (const std::domain_error& thrown) {
            error("domain", thrown.what());
        }
    }
    void recv_message(const std::string& data) override { got = "text:" + data; }
    void recv_json(const Args& data) override { got = "json:" + data.text(); }
    std::string got;
    static inline std::vector<sio::PacketType> types;
};

}  // namespace

TEST_CASE("dispatch can be overridden at every step") {
    Routed::types.clear();
    with_shard([](Shard& shard) {
        shard.namespaces.add<Routed>("/");
        Client client(shard);
        client.connect("/");
        const auto ask = [&](std::string_view packet) {
            client.send(packet);
            return client.take();
        };
        CHECK(ask(R"(21["known",1])") == Texts{R"(31[1,"wrapped"])"});
        CHECK(ask(R"(21["alias",2])") == Texts{"31[2]"});
        CHECK(ask(R"(21["own",3,4])") == Texts{R"(31["own",3,4])"});
        CHECK(ask(R"(21["fails"])") == Texts{R"(2["error","domain","wrong"])"});
        client.drop(sio::session::CloseReason::transport_close);
        settle();
    });
    using enum sio::PacketType;
    CHECK(Routed::types == std::vector{connect, event, event, event, event, disconnect});
}

TEST_CASE("messages without an event name reach recv_message and recv_json, unless the table has `message`") {
    with_shard([](Shard& shard) {
        shard.namespaces.add<Routed>("/");
        Client client(shard);
        client.connect("/");
        const auto object = client.socket().get_namespace<Routed>("/");
        client.send(R"(2["message","hi"])");
        CHECK(object->got == "text:hi");
        client.send(R"(2["message",{"a":1}])");
        CHECK(object->got == R"(json:{"a":1})");
        // The same as a 0.9 client says it.
        sio::wire::PacketView packet;
        packet.type = sio::wire::PacketType::message;
        packet.data = "ho";
        CHECK(client.socket().on_packet(packet));
        CHECK(object->got == "text:ho");
        packet.type = sio::wire::PacketType::json;
        packet.data = "[1]";
        CHECK(client.socket().on_packet(packet));
        CHECK(object->got == "json:[1]");
        packet.data = "[1";
        CHECK(!client.socket().on_packet(packet));
        client.take();
        object->send("text");
        object->send(std::vector{1, 2});
        object->send(Binary(std::string("b")));
        CHECK(client.take() == Texts{R"(2["message","text"])", R"(2["message",[1,2]])",
                                     R"(51-["message",{"_placeholder":true,"num":0}])"});
    });
}

TEST_CASE("by option, an event that failed is acknowledged with what went wrong, and the error names event and id") {
    sio::SocketOptions options;
    options.ack_errors = true;
    with_shard(
        [](Shard& shard) {
            shard.namespaces.add<Every>("/");
            Client client(shard);
            client.connect("/");
            client.take();
            client.send(R"(21["nowhere"])");
            auto sent = client.take();
            REQUIRE(sent.size() == 2);
            CHECK(sent[0].starts_with(R"(2["error","no_such_method",)"));
            CHECK(sent[0].ends_with(R"(,{"event":"nowhere","id":1}])"));
            CHECK(sent[1].starts_with(R"(31[{"error":"no_such_method","message":)"));
            client.send(R"(2["nowhere"])");
            sent = client.take();
            REQUIRE(sent.size() == 1);
            CHECK(sent[0].ends_with(R"(,{"event":"nowhere","id":null}])"));
        },
        options);
}

TEST_CASE("a message that nobody handles is not acknowledged") {
    with_shard([](Shard& shard) {
        class Deaf : public virtual sio::BaseNamespace {};
        class Hearing : public virtual sio::BaseNamespace {
            void recv_message(const std::string&) override {}
            void recv_json(const Args&) override {}
        };
        shard.namespaces.add<Deaf>("/").add<Hearing>("/hears");
        Client client(shard);
        client.connect("/");
        client.connect("/hears");
        client.take();
        for (const char* const argument : {R"("text")", R"({"a":1})"}) {
            client.send(std::string(R"(2["message",)") + argument + "]");
            CHECK(client.take().empty());
            client.send(std::string(R"(21["message",)") + argument + "]");
            const auto sent = client.take();
            REQUIRE(sent.size() == 1);
            CHECK(sent[0].starts_with(R"(2["error","no_such_method",)"));
            client.send(std::string(R"(2/hears,2["message",)") + argument + "]");
            CHECK(client.take() == Texts{"3/hears,2[]"});
        }
    });
}
