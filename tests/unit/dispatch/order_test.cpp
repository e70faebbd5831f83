#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include <sio/greenlet_exit.hpp>
#include <sio/json.hpp>
#include <sio/mixins.hpp>

#include "support/eventually.hpp"
#include "unit/dispatch/client.hpp"

namespace {

using namespace std::chrono_literals;
using namespace sio::test;
using sio::session::CloseReason;

class Slow : public virtual sio::BaseNamespace, public sio::RoomsMixin {
public:
    static void events(sio::EventTable<Slow>& on) {
        on("block", [](Slow& self, int n) {
            self.note("begin " + std::to_string(n));
            self.gate().wait();
            self.note("end " + std::to_string(n));
            self.emit("done", n);
            return n;
        });
        on("quick", [](Slow& self, int n) {
            self.note("quick " + std::to_string(n));
            return n;
        });
        on("block and end", [](Slow& self) {
            self.gate().wait();
            throw sio::GreenletExit();
        });
        on("block and ask", [](Slow& self) {
            self.gate().wait();
            self.call("question");
            self.note("answered");
        });
        on("volatile", [](Slow& self) {
            self.timeout(10s).volatile_().emit("v", [](std::error_code error) { note("error " + error.message()); });
        });
        on("ask at once", [](Slow& self) {
            try {
                self.timeout(-1s).call("question");
            } catch (const sio::Timeout&) {
                self.note("timeout");
            }
        });
        on("ask for ever", [](Slow& self) {
            self.timeout(std::chrono::milliseconds::max()).call("question");
            self.note("answered");
        });
        on("large", [](Slow& self, int n, const std::string&) { self.note("large " + std::to_string(n)); });
        on("ask", [](Slow& self, sio::Args args) {
            self.note("asking");
            auto answer = self.call("question", args);
            self.emit("answered", answer);
        });
        on("ask typed", [](Slow& self) {
            const auto [number, text] = self.call<int, std::string>("question");
            self.note(std::to_string(number) + text);
            return self.timeout(5s).call<bool>("and");
        });
        on("ask briefly", [](Slow& self) {
            try {
                self.timeout(5ms).call("question");
            } catch (const sio::Timeout&) {
                self.note("timeout");
            }
        });
        on("ask until gone", [](Slow& self) {
            try {
                self.call("question");
            } catch (const sio::Error& error) {
                if (error.code() == sio::errc::not_connected) self.note("not connected");
            }
        });
        on("callback", [](Slow& self) {
            self.emit("question", 1, [&self](std::string answer, std::optional<int> more) {
                self.note("answer " + answer + (more ? std::to_string(*more) : ""));
            });
        });
        on("callback with limit", [](Slow& self, int ms) {
            self.timeout(std::chrono::milliseconds(ms))
                .emit("question", [&self](std::error_code error, std::string answer) {
                    self.note(error ? "error " + error.message() : "answer " + answer);
                });
        });
        on("callback with all", [](Slow& self) {
            self.emit("question", [&self](const sio::Args& args) { self.note("all " + args.text()); });
        });
        on("callback that throws",
           [](Slow& self) { self.emit("question", [](int) { throw std::runtime_error("in callback"); }); });
        on("many", [](Slow& self, int n) {
            for (int i = 0; i < n; ++i) self.emit("q", [](int) {});
        });
        on("job", [](Slow& self) {
            self.spawn(
                [&self](std::string name) {
                    const Unwound unwound{self};
                    self.note(name + " begins");
                    sio::sleep(1h);
                    self.note("never");
                },
                "job");
        });
        on("job that throws", [](Slow& self) { self.spawn([] { throw std::runtime_error("in job"); }); });
        on("job with result", [](Slow& self) { return self.spawn([](int a) { return a * 2; }, 21).get(); });
        on("kill jobs", [](Slow& self) { self.kill_local_jobs(); });
        on("job that ends it", [](Slow& self) {
            self.spawn([&self] {
                self.disconnect();
                self.note("after disconnect");
            });
        });
    }
    void recv_disconnect() override { note("gone"); }

    sio::Event& gate() { return *request<std::shared_ptr<sio::Event>>(); }
    static void note(std::string text) { notes().push_back(std::move(text)); }
    static Texts& notes() {
        static Texts all;
        return all;
    }
    static Texts noted() { return std::exchange(notes(), {}); }

private:
    struct Unwound {
        Slow& self;
        ~Unwound() { self.note("unwound"); }
    };
};

struct Fixture {
    explicit Fixture(Shard& shard, std::function<std::string(const sio::Json&)> json_dumps = {})
        : gate(std::make_shared<sio::Event>()), client((add(shard), shard), false) {
        sio::ManageOptions options;
        options.request = gate;
        options.json_dumps = std::move(json_dumps);
        client.socket().bind(shard.namespaces, std::make_shared<const sio::ManageOptions>(options));
        client.connect("/");
        client.connect("/b");
        Slow::noted();
    }
    ~Fixture() { Slow::noted(); }
    Texts operator()(std::string_view packet) {
        client.send(packet);
        return client.take();
    }
    static void add(Shard& shard) {
        if (!shard.namespaces.contains("/")) shard.namespaces.add<Slow>("/").add<Slow>("/b");
    }
    std::shared_ptr<sio::Event> gate;
    Client client;
};

}  // namespace

TEST_CASE("events of a namespace wait for the one before, those of another do not") {
    with_shard([](Shard& shard) {
        Fixture ask(shard);
        CHECK(ask(R"(21["block",1])").empty());
        CHECK(ask(R"(22["quick",2])").empty());
        CHECK(ask(R"(23["block",3])").empty());
        CHECK(ask(R"(2/b,4["quick",4])") == Texts{"3/b,4[4]"});
        CHECK(Slow::noted() == Texts{"begin 1", "quick 4"});
        ask.gate->set();
        settle();
        CHECK(ask.client.take() == Texts{R"(2["done",1])", "31[1]", "32[2]", R"(2["done",3])", "33[3]"});
        CHECK(Slow::noted() == Texts{"end 1", "quick 2", "begin 3", "end 3"});
    });
}

TEST_CASE("however many events wait, acknowledgements, other namespaces and the end do not") {
    with_shard([](Shard& shard) {
        Fixture ask(shard);
        ask(R"(2["ask",1])");
        for (int i = 1; i <= 5000; ++i)
            ask.client.send("2" + std::to_string(i) + R"(["quick",)" + std::to_string(i) + "]");
        CHECK(!ask.client.paused());
        ask.client.take();
        CHECK(ask(R"(2/b,9["quick",0])") == Texts{"3/b,9[0]"});
        SUBCASE("an acknowledgement") {
            ask.client.send(R"(31["answer"])");
            settle();
            CHECK(ask.client.take().size() == 5001);
            const auto notes = Slow::noted();
            REQUIRE(notes.size() == 5002);
            CHECK(notes[0] == "asking");
            for (std::size_t i = 1; i <= 5000; ++i) REQUIRE(notes[i + 1] == "quick " + std::to_string(i));
        }
        SUBCASE("the end") {
            Slow::noted();
            ask("1");
            CHECK(Slow::noted() == Texts{"gone"});
        }
    });
}

namespace {

/// An event of some `bytes`.
std::string large_event(int n, std::size_t bytes) {
    return "2" + std::to_string(n) + R"(["large",)" + std::to_string(n) + ",\"" + std::string(bytes, 'x') + "\"]";
}

}  // namespace

TEST_CASE(
    "events that wait are bounded in bytes: reading pauses until half of them are done; nothing is lost or reordered") {
    sio::SocketOptions options;
    options.max_queued_event_bytes = 100'000;
    with_shard(
        [](Shard& shard) {
            Fixture ask(shard);
            ask(R"(2["block",0])");
            ask(R"(2/b,["block",0])");
            std::vector<sio::Binary> attachments(2, sio::Binary(std::string(20'000, 'x')));
            // In one namespace and in the other, as text and as attachments: all of it counts.
            ask(large_event(1, 20'000));
            ask.client.send(R"(52-/b,["bytes",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])",
                            attachments);
            CHECK(!ask.client.paused());
            for (int i = 2; i <= 20; ++i) ask(large_event(i, 20'000));
            CHECK(ask.client.paused());
            CHECK(Slow::noted() == Texts{"begin 0", "begin 0"});
            ask.gate->set();
            settle();
            settle();
            CHECK(!ask.client.paused());
            auto notes = Slow::noted();
            std::erase_if(notes, [](const std::string& note) { return !note.starts_with("large"); });
            Texts expected;
            for (int i = 1; i <= 20; ++i) expected.push_back("large " + std::to_string(i));
            CHECK(notes == expected);
        },
        options);
}

TEST_CASE("small events count with what it costs to keep them") {
    sio::SocketOptions options;
    options.max_queued_event_bytes = 100'000;
    with_shard(
        [](Shard& shard) {
            Fixture ask(shard);
            ask(R"(2["block",0])");
            for (int i = 0; i < 1000; ++i) ask.client.send(R"(2["x"])");
            CHECK(ask.client.paused());
        },
        options);
}

TEST_CASE("a call is answered although reading had paused") {
    sio::SocketOptions options;
    options.max_queued_event_bytes = 50'000;
    with_shard(
        [](Shard& shard) {
            Fixture ask(shard);
            ask(R"(2["block and ask"])");
            ask(large_event(1, 40'000));
            ask(large_event(2, 20'000));
            CHECK(ask.client.paused());
            ask(R"(31["answer"])");
            ask.gate->set();
            settle();
            settle();
            CHECK(Slow::noted() == Texts{"answered", "large 1", "large 2"});
            CHECK(!ask.client.paused());
        },
        options);
}

TEST_CASE("when all clients together have too much waiting, those with more than their share pause") {
    sio::SocketOptions options;
    options.max_total_event_bytes = 100'000;
    with_shard(
        [](Shard& shard) {
            Fixture greedy(shard);
            Client modest(shard);
            modest.connect("/");
            greedy(R"(2["block",0])");
            greedy(large_event(1, 90'000));
            CHECK(!greedy.client.paused());
            greedy(large_event(2, 20'000));
            CHECK(greedy.client.paused());
            for (int i = 0; i < 5; ++i) modest.send(R"(2["quick",1])");
            CHECK(!modest.paused());
            greedy.client.drop(CloseReason::transport_close);
            Fixture next(shard);
            next(R"(2["block",0])");
            next(large_event(1, 90'000));
            CHECK(!next.client.paused());
        },
        options);
}

TEST_CASE("a handler that is killed takes no waiting events along") {
    with_shard([](Shard& shard) {
        Fixture ask(shard);
        ask(R"(2["block and end"])");
        ask(R"(21["quick",1])");
        ask(R"(2["block and end"])");
        ask(R"(22["quick",2])");
        ask.gate->set();
        settle();
        CHECK(Slow::noted() == Texts{"quick 1", "quick 2"});
        CHECK(ask.client.take() == Texts{"31[1]", "32[2]"});
        CHECK(ask(R"(23["quick",3])") == Texts{"33[3]"});
    });
}

TEST_CASE("json_dumps that throws in an acknowledgement costs that one only") {
    with_shard([](Shard& shard) {
        Fixture ask(shard, [](const sio::Json& arguments) -> std::string {
            if (arguments == sio::Json(boost::json::array{2})) throw std::runtime_error("cannot write this");
            return serialize(arguments);
        });
        ask(R"(21["block",1])");
        for (int i = 2; i <= 4; ++i) ask("2" + std::to_string(i) + R"(["quick",)" + std::to_string(i) + "]");
        ask.gate->set();
        settle();
        CHECK(ask.client.take() ==
              Texts{R"(2["done",1])", "31[1]", R"(2["error","internal_error","Internal error"])", "33[3]", "34[4]"});
    });
}

TEST_CASE(
    "a disconnection while a handler blocks is handled at once; the handler goes on, and what it sends is dropped") {
    with_shard([](Shard& shard) {
        Fixture ask(shard);
        ask(R"(21["block",1])");
        ask(R"(22["quick",2])");
        SUBCASE("by the client") {
            CHECK(ask("1").empty());
            CHECK(Slow::noted() == Texts{"begin 1", "gone"});
            // It may come back while the old handler still blocks.
            CHECK(ask.client.connect("/").size() == 20);
            CHECK(ask(R"(23["quick",3])") == Texts{"33[3]"});
            ask.gate->set();
            settle();
            CHECK(ask.client.take().empty());
            CHECK(Slow::noted() == Texts{"quick 3", "end 1"});
        }
        SUBCASE("by the connection") {
            ask.client.drop(CloseReason::transport_close);
            settle();
            CHECK(Slow::noted() == Texts{"begin 1", "gone", "gone"});
            ask.gate->set();
            settle();
            CHECK(Slow::noted() == Texts{"end 1"});
        }
        CHECK(ask.client.sent.empty());
    });
}

TEST_CASE("call emits and waits for the acknowledgement, which passes events that wait") {
    with_shard([](Shard& shard) {
        Fixture ask(shard);
        CHECK(ask(R"(2["ask",1,"x"])") == Texts{R"(21["question",1,"x"])"});
        CHECK(ask(R"(29["quick",9])").empty());
        CHECK(ask(R"(31[{"a":1},2])").empty());
        settle();
        CHECK(ask.client.take() == Texts{R"(2["answered",{"a":1},2])", "39[9]"});
        CHECK(ask(R"(25["ask typed"])") == Texts{R"(22["question"])"});
        CHECK(ask(R"(32[7,"seven","extra"])").empty());
        settle();
        CHECK(ask.client.take() == Texts{R"(23["and"])"});
        ask("33[true]");
        settle();
        CHECK(ask.client.take() == Texts{"35[true]"});
        CHECK(Slow::noted() == Texts{"asking", "quick 9", "7seven"});
    });
}

TEST_CASE("call ends with an error when the answer is of another type, late, or impossible") {
    with_shard([](Shard& shard) {
        Fixture ask(shard);
        ask(R"(2["ask typed"])");
        ask(R"(31["seven",7])");
        settle();
        CHECK(ask.client.take() == Texts{R"(2["error","internal_error","Internal error"])"});
        ask(R"(2["ask briefly"])");
        sio::sleep(20ms);
        CHECK(Slow::noted() == Texts{"timeout"});
        CHECK(ask("32[1]").empty());  // too late, and harmless
        ask(R"(2["ask until gone"])");
        ask("1");
        settle();
        const auto notes = Slow::noted();
        CHECK(std::count(notes.begin(), notes.end(), "not connected") == 1);
        CHECK(std::count(notes.begin(), notes.end(), "gone") == 1);
    });
}

TEST_CASE("callbacks get the acknowledgement, once, by type; or the reason why there is none") {
    with_shard([](Shard& shard) {
        Fixture ask(shard);
        CHECK(ask(R"(2["callback"])") == Texts{R"(21["question",1])"});
        ask(R"(31["yes",5,"ignored"])");
        CHECK(Slow::noted() == Texts{"answer yes5"});
        ask(R"(31["again"])");
        ask(R"(399["unknown"])");
        CHECK(Slow::noted().empty());
        ask(R"(2["callback"])");
        ask(R"(32[{"toString":"x"}])");  // of another type: nobody to tell
        CHECK(Slow::noted().empty());
        ask(R"(2["callback with all"])");
        ask(R"(33[1,[2]])");
        CHECK(Slow::noted() == Texts{"all 1,[2]"});
        ask(R"(2["callback that throws"])");
        CHECK(ask("34[1]") == Texts{R"(2["error","internal_error","Internal error"])"});

        ask(R"(2["callback with limit",10000])");
        ask(R"(35["in time"])");
        CHECK(Slow::noted() == Texts{"answer in time"});
        ask(R"(2["callback with limit",10000])");
        ask("36[7]");
        CHECK(Slow::noted() == Texts{"error " + sio::make_error_code(sio::errc::invalid_value).message()});
        ask(R"(2["callback with limit",5])");
        sio::sleep(20ms);
        ask(R"(37["late"])");
        CHECK(Slow::noted() == Texts{"error " + sio::make_error_code(sio::errc::timeout).message()});
        ask(R"(2["callback with limit",10000])");
        ask.client.drop(CloseReason::transport_close);
        settle();
        const auto notes = Slow::noted();
        CHECK(std::count(notes.begin(), notes.end(),
                         "error " + sio::make_error_code(sio::errc::not_connected).message()) == 1);
    });
}

TEST_CASE("a client that owes too many acknowledgements is asked for no more") {
    sio::SocketOptions options;
    options.max_pending_acks = 10;
    with_shard(
        [](Shard& shard) {
            Fixture ask(shard);
            CHECK(ask(R"(2["many",10])").size() == 10);
            CHECK(ask(R"(2["many",1])") == Texts{R"(2["error","internal_error","Internal error"])"});
            ask("31[1]");
            CHECK(ask(R"(2["many",1])").size() == 1);
        },
        options);
}

TEST_CASE("the acknowledgement of a volatile event that was dropped is not waited for") {
    sio::SocketOptions options;
    options.max_pending_acks = 2;
    with_shard(
        [](Shard& shard) {
            Fixture ask(shard);
            ask.client.busy = true;
            for (int i = 0; i < 10; ++i) ask(R"(2["volatile"])");
            settle();
            CHECK(Slow::noted() == Texts(10, "error " + sio::make_error_code(sio::errc::timeout).message()));
            ask.client.busy = false;
            CHECK(ask(R"(2["callback"])").size() == 1);
        },
        options);
}

TEST_CASE("a time limit of zero or less is over at once, and the largest one never") {
    with_shard([](Shard& shard) {
        Fixture ask(shard);
        for (const char* const ms : {"0", "-5"}) {
            ask(std::string(R"(2["callback with limit",)") + ms + "]");
            CHECK(eventually([&] { return !Slow::notes().empty(); }));
            CHECK(Slow::noted() == Texts{"error " + sio::make_error_code(sio::errc::timeout).message()});
        }
        ask(R"(2["ask at once"])");
        settle();
        CHECK(Slow::noted() == Texts{"timeout"});
        ask.client.take();
        ask(R"(2["ask for ever"])");
        sio::sleep(5ms);
        ask("34[1]");
        settle();
        CHECK(Slow::noted() == Texts{"answered"});
    });
}

TEST_CASE("a flood of acknowledgements that nobody asked for costs nothing") {
    with_shard([](Shard& shard) {
        Fixture ask(shard);
        for (int i = 0; i < 10'000; ++i) ask.client.send("3" + std::to_string(i + 100) + "[1,2,3]");
        CHECK(!ask.client.ended);
        CHECK(ask.client.sent.empty());
        CHECK(ask(R"(21["quick",1])") == Texts{"31[1]"});
    });
}

TEST_CASE("jobs of a namespace are killed with it, and destructors on their stacks run") {
    with_shard([](Shard& shard) {
        Fixture ask(shard);
        ask(R"(2["job"])");
        settle();
        CHECK(Slow::noted() == Texts{"job begins"});
        SUBCASE("by hand") {
            ask(R"(2["kill jobs"])");
            settle();
            CHECK(Slow::noted() == Texts{"unwound"});
        }
        SUBCASE("by the end of the namespace") {
            ask("1");
            settle();
            const auto notes = Slow::noted();
            CHECK(std::count(notes.begin(), notes.end(), "unwound") == 1);
            CHECK(std::count(notes.begin(), notes.end(), "gone") == 1);
        }
        SUBCASE("one that ends the namespace itself goes on") {
            ask(R"(2["job that ends it"])");
            settle();
            const auto notes = Slow::noted();
            CHECK(std::count(notes.begin(), notes.end(), "after disconnect") == 1);
            CHECK(std::count(notes.begin(), notes.end(), "gone") == 1);
        }
    });
}

TEST_CASE("jobs return results to whoever asks, and report what they throw") {
    with_shard([](Shard& shard) {
        Fixture ask(shard);
        ask(R"(21["job with result"])");
        settle();
        CHECK(ask.client.take() == Texts{"31[42]"});
        ask(R"(2["job that throws"])");
        settle();
        CHECK(ask.client.take() == Texts{R"(2["error","internal_error","Internal error"])"});
    });
}

TEST_CASE("a socket belongs to its shard: other threads are told so") {
    with_shard([](Shard& shard) {
        Fixture ask(shard);
        auto& space = ask.client.socket()["/"];
        std::thread([&] {
            CHECK_THROWS_AS(space.emit("x"), std::logic_error);
            CHECK_THROWS_AS(space.everyone().emit("x"), std::logic_error);
        }).join();
        CHECK(ask.client.sent.empty());
    });
}

TEST_CASE("malformed arguments end the connection with a parse error") {
    const std::string deep = std::string(200, '[') + std::string(200, ']');
    for (const std::string packet : {R"(2["quick",])", R"(2["quick",1]x)", R"(2["quick",01])", R"(2["quick" 1])",
                                     "2[\"quick\",\"\x01\"]", R"(31[nul])", R"(2["quick",{a:1}])"}) {
        with_shard([&](Shard& shard) {
            Fixture ask(shard);
            sio::wire::eio4::Decoder decoder;
            const auto decoded = decoder.decode(packet);
            if (decoded.error == sio::wire::PacketError::none) ask.client.send(packet);
            const bool refused =
                decoded.error != sio::wire::PacketError::none || ask.client.ended == CloseReason::parse_error;
            CHECK_MESSAGE(refused, packet);
            CHECK(Slow::noted().size() <= 2);  // at most the two goodbyes
        });
    }
    with_shard([&](Shard& shard) {
        Fixture ask(shard);
        ask(R"(2["quick",)" + deep + "]");
        CHECK(ask.client.ended == CloseReason::parse_error);
    });
    with_shard([&](Shard& shard) {
        Fixture ask(shard);
        ask.client.send(R"(51-["quick",{"_placeholder":true,"num":3}])", {sio::Binary()});
        CHECK(ask.client.ended == CloseReason::parse_error);
    });
}

TEST_CASE("emits with reserved names are refused") {
    with_shard([](Shard& shard) {
        Fixture ask(shard);
        auto& space = ask.client.socket()["/"];
        for (const char* name :
             {"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"}) {
            CHECK_THROWS_AS(space.emit(name), std::invalid_argument);
            CHECK_THROWS_AS(space.everyone().emit(name), std::invalid_argument);
        }
        space.emit("error", 1);
        CHECK(ask.client.take() == Texts{R"(2["error",1])"});
    });
}

TEST_CASE("packets can be sent as they are") {
    with_shard([](Shard& shard) {
        Fixture ask(shard);
        ask.client.socket().send_packet(sio::Packet::event("/b", "news", 1, "two"));
        sio::Packet message;
        message.type = sio::PacketType::message;
        message.data = "hi";
        ask.client.socket().send_packet(message);
        ask.client.socket().error("own", "words", "/b");
        CHECK(ask.client.take() ==
              Texts{R"(2/b,["news",1,"two"])", R"(2["message","hi"])", R"(2/b,["error","own","words"])"});
    });
}
