#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "greenlet/loop.hpp"
#include "session/engine_session.hpp"

using namespace std::chrono_literals;
using namespace sio;
using session::CloseReason;
using session::EngineSession;
using session::EngineSessionPtr;
using wire::EnginePacket;
using wire::EngineType;

namespace {

using Log = std::vector<std::string>;

/// Records what it is told; direct like a WebSocket, or fetching like polling (`polling_now` is the waiting poll).
class FakeTransport final : public session::Transport {
public:
    FakeTransport(Log& log, bool direct) : log_(log), direct_(direct) {}

    std::string_view name() const noexcept override { return direct_ ? "websocket" : "polling"; }
    bool direct() const noexcept override { return direct_; }
    bool ready() const noexcept override { return direct_ || poll_waits; }
    std::size_t queued_bytes() const noexcept override { return queued; }
    void send(bool binary, std::string_view packet) override {
        if (counts) queued += packet.size();
        log_.push_back((binary ? "binary:" : "text:") + std::string(packet));
    }
    session::Frames takes_frames() const noexcept override {
        return direct_ ? session::Frames::plain : session::Frames::none;
    }
    void send_frames(const std::shared_ptr<const std::string>& frames) override { log_.push_back("frames:" + *frames); }
    void fetch() override { log_.push_back("fetch"); }
    void flush() override { queued -= std::min(queued, flushable); }
    void pause_reading() override { log_.push_back("pause"); }
    void resume_reading() override { log_.push_back("resume"); }
    void close(CloseReason reason) override { log_.push_back("close:" + std::string(session::reason_text(reason))); }
    void leave() override { log_.push_back("leave"); }

    std::size_t queued = 0;
    std::size_t flushable = 0;
    bool poll_waits = false;
    bool counts = false;  // what is sent stays in `queued`

private:
    Log& log_;
    bool direct_;
};

class Observer final : public session::EngineObserver {
public:
    Observer(Log& log, int& drains) : log_(log), drains_(drains) {}
    void on_text(std::string_view message) override { log_.push_back("got:" + std::string(message)); }
    void on_binary(std::string_view message) override { log_.push_back("got binary:" + std::string(message)); }
    void on_close(CloseReason reason) override {
        log_.push_back("closed:" + std::string(session::reason_text(reason)));
    }
    void on_drained() override { ++drains_; }

private:
    Log& log_;
    int& drains_;
};

/// A session on a loop, for as long as `script` and then `duration` take.
struct Fixture {
    EngineOptions options;
    greenlet::Loop loop{{.virtual_time = true}};
    session::EngineHost host{loop, options, {}};
    Log log;
    int drains = 0;
    boost::intrusive_ptr<FakeTransport> transport;
    EngineSessionPtr session;

    void open(bool direct, Generation generation = Generation::eio4) {
        host.queue = session::QueueRules(options);
        transport = new FakeTransport(log, direct);
        session = new EngineSession(host, "sid", generation);
        session->set_observer(std::make_unique<Observer>(log, drains));
        session->open(transport);
    }

    void run(std::function<void()> script, std::chrono::milliseconds duration = 0ms) {
        util::Timer end([](void* loop_) { static_cast<greenlet::Loop*>(loop_)->stop(); }, &loop);
        loop.post([&] {
            script();
            end.arm(loop.timers(), duration + 1ms);
        });
        loop.run();
    }

    void take_outbox() {
        for (const auto& entry : session->outbox().take()) log.push_back("polled:" + entry.data);
        session->on_fetched();
    }
    std::size_t count(const std::string& line) const { return static_cast<std::size_t>(std::ranges::count(log, line)); }
};

EnginePacket text(EngineType type, std::string_view data = {}) { return {type, false, data}; }

const std::string greeting =
    R"(0{"sid":"sid","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000})";

}  // namespace

TEST_CASE("a session on a WebSocket greets, carries messages both ways and leaves with the client's close packet") {
    Fixture f;
    f.run([&] {
        f.open(true);
        CHECK(f.host.sessions.find("sid") == f.session.get());
        f.session->on_packet(*f.transport, text(EngineType::message, "hello"));
        f.session->on_packet(*f.transport, EnginePacket{EngineType::message, true, "bytes"});
        f.session->send_text("4back");
        f.session->send_binary("raw");
        f.session->on_packet(*f.transport, text(EngineType::close));
        f.session->send_text("4too late");
        f.session->on_packet(*f.transport, text(EngineType::message, "too late"));
        CHECK(f.host.sessions.find("sid") == nullptr);
    });
    CHECK(f.log == Log{"text:" + greeting, "got:hello", "got binary:bytes", "text:4back", "binary:raw",
                       "close:transport close", "closed:transport close"});
}

TEST_CASE("what is sent to a polling session waits in the outbox until it is fetched") {
    Fixture f;
    f.run([&] {
        f.open(false);
        f.take_outbox();
        f.session->send_text("4a");
        f.session->send_binary("b");
        f.take_outbox();
    });
    REQUIRE(f.log.size() >= 2);
    CHECK(f.log[0] == "fetch");
    CHECK(f.log[1].find(R"("upgrades":["websocket"])") != std::string::npos);
    CHECK(Log(f.log.begin() + 2, f.log.end()) == Log{"fetch", "fetch", "polled:4a", "polled:b"});
}

TEST_CASE("packets that only a server sends close the session with a parse error") {
    for (const auto type : {EngineType::open, EngineType::ping}) {
        Fixture f;
        f.run([&] {
            f.open(true);
            f.session->on_packet(*f.transport, text(type));
        });
        CHECK(f.count("closed:parse error") == 1);
        CHECK(f.host.sessions.size() == 0);
    }
}

TEST_CASE("a silent session is closed with a ping timeout, one that answers is not") {
    Fixture f;
    f.options.ping_interval = 20ms;
    f.options.ping_timeout = 20ms;
    f.run([&] { f.open(true); }, 80ms);
    CHECK(f.count("text:2") == 1);
    CHECK(f.log.back() == "closed:ping timeout");

    Fixture g;
    g.options.ping_interval = 20ms;
    g.options.ping_timeout = 200ms;
    g.run([&] { g.open(true); }, 50ms);
    g.session->on_packet(*g.transport, text(EngineType::pong));
    CHECK(g.count("text:2") == 1);
    CHECK(g.count("closed:ping timeout") == 0);
}

TEST_CASE("an upgrade hands what is queued to the WebSocket, in order and once") {
    Fixture f;
    f.run([&] {
        f.open(false);
        f.take_outbox();
        f.log.clear();
        const boost::intrusive_ptr<FakeTransport> websocket(new FakeTransport(f.log, true));
        CHECK(f.session->on_candidate(websocket));
        f.session->on_packet(*websocket, text(EngineType::ping, "probe"));
        CHECK(f.session->hurries_polls());
        f.session->send_text("4one");
        f.session->on_packet(*f.transport, text(EngineType::message, "over polling"));
        f.session->on_packet(*websocket, text(EngineType::upgrade));
        f.session->send_text("4two");
        f.session->on_packet(*f.transport, text(EngineType::message, "from the old transport"));
        f.session->on_packet(*websocket, text(EngineType::message, "over websocket"));
    });
    CHECK(f.log == Log{"text:3probe", "fetch", "fetch", "got:over polling", "leave", "text:4one", "text:4two",
                       "got:over websocket"});
    CHECK(f.session->transport_name() == "websocket");
}

TEST_CASE("a candidate that fails leaves the session on polling") {
    Fixture f;
    f.options.upgrade_timeout = 20ms;
    f.run(
        [&] {
            f.open(false);
            const boost::intrusive_ptr<FakeTransport> wrong(new FakeTransport(f.log, true));
            CHECK(f.session->on_candidate(wrong));
            f.session->on_packet(*wrong, text(EngineType::message, "not a probe"));
            CHECK(f.count("close:transport close") == 1);
            const boost::intrusive_ptr<FakeTransport> silent(new FakeTransport(f.log, true));
            CHECK(f.session->on_candidate(silent));
        },
        50ms);
    CHECK(f.count("close:transport close") == 2);
    CHECK(f.session->is_open());
    CHECK(f.session->transport_name() == "polling");
}

TEST_CASE("a client that does not read is closed once more than the limit waits for it") {
    SUBCASE("over polling") {
        Fixture f;
        f.options.max_queued_bytes = 100;
        f.run([&] {
            f.open(false);
            f.take_outbox();
            f.session->send_text(std::string(1000, 'x'));  // one message may be larger
            CHECK(f.session->is_open());
            f.session->send_text("4more");
        });
        CHECK(f.log.back() == "closed:slow consumer");
    }
    SUBCASE("unless the socket takes it") {
        Fixture f;
        f.options.max_queued_bytes = 100;
        f.run([&] {
            f.open(true);
            f.transport->queued = 101;
            f.transport->flushable = 50;
            f.session->send_text("4more");
        });
        CHECK(f.log.back() == "text:4more");
    }
    SUBCASE("over a WebSocket") {
        Fixture f;
        f.options.max_queued_bytes = 100;
        f.run([&] {
            f.open(true);
            f.transport->queued = 101;
            f.session->send_text("4more");
        });
        CHECK(f.log.back() == "closed:slow consumer");
        CHECK(f.count("text:4more") == 0);
    }
}

TEST_CASE("what a slow WebSocket does not take is held, the oldest of it dropped, and the rest sent in order") {
    Fixture f;
    f.options.max_queued_bytes = 2000;
    f.options.slow_clients = SlowClients::drop_oldest;
    f.run([&] {
        f.open(true);
        f.log.clear();
        f.transport->counts = true;
        f.transport->queued = 1001;  // half of the limit may be out of reach
        CHECK(f.session->next_way() == session::Backlog::Way::outbox);
        f.session->send_text("4ack", session::Loss::never);
        for (int i = 0; i < 40; ++i) f.session->send_text("4event " + std::to_string(i), session::Loss::allowed);
        CHECK(f.session->is_open());
        CHECK(f.session->queued_bytes() < 1001 + 1000 + 100);
        CHECK(f.session->drops().oldest_packets > 10);
        CHECK_FALSE(f.session->ready());
        CHECK(f.log.empty());
        f.transport->queued = 0;
        f.transport->counts = false;
        f.session->on_transport_drained(*f.transport);
        CHECK(f.session->queued_bytes() == 0);
        CHECK(f.drains == 1);
        f.session->send_text("4now");
    });
    REQUIRE(f.log.size() > 5);
    CHECK(f.log.front() == "text:4ack");
    CHECK(f.log[1] == "text:4event " + std::to_string(f.session->drops().oldest_packets));
    CHECK(f.log[f.log.size() - 2] == "text:4event 39");
    CHECK(f.log.back() == "text:4now");
}

TEST_CASE("a slow WebSocket gets of what is held no more at once than it may") {
    Fixture f;
    f.options.max_queued_bytes = 4000;
    f.options.slow_clients = SlowClients::drop_oldest;
    f.run([&] {
        f.open(true);
        f.log.clear();
        f.transport->counts = true;
        f.transport->queued = 2001;
        for (int i = 0; i < 5; ++i) f.session->send_text(std::string(500, 'x'), session::Loss::allowed);
        const std::size_t held = f.session->drops().oldest_packets;
        f.transport->queued = 1500;
        f.session->on_transport_drained(*f.transport);
        CHECK(f.log.size() == 2);  // 500 fit, and the next one passes the line
        CHECK(f.drains == 0);
        CHECK(held <= 2);
        f.session->send_text("4behind", session::Loss::never);
        CHECK(f.count("text:4behind") == 0);
        f.session->close(CloseReason::forced_close);
    });
    // An orderly end comes behind what was held.
    CHECK(f.log[f.log.size() - 3] == "text:4behind");
    CHECK(f.log.back() == "closed:forced close");
}

TEST_CASE("a polling client that is slow misses the oldest, and is closed when nothing can be dropped") {
    Fixture f;
    f.options.max_queued_bytes = 1000;
    f.options.slow_clients = SlowClients::drop_oldest;
    f.run([&] {
        f.open(false);
        f.take_outbox();
        f.log.clear();
        for (int i = 0; i < 50; ++i) f.session->send_text("4event " + std::to_string(i), session::Loss::allowed);
        CHECK(f.session->is_open());
        CHECK(f.session->queued_bytes() < 1100);
        CHECK(f.session->drops().oldest_packets > 20);
        for (int i = 0; i < 50 && f.session->is_open(); ++i) f.session->send_text("4ack", session::Loss::never);
        CHECK_FALSE(f.session->is_open());
    });
    CHECK(f.log.back() == "closed:slow consumer");
}

TEST_CASE("a polling session that the server closes stays until its last packets are fetched") {
    Fixture f;
    f.run([&] {
        f.open(false);
        f.take_outbox();
        f.session->send_text("4bye");
        f.session->close(CloseReason::forced_close);
        CHECK(f.log.back() == "closed:forced close");
        CHECK(f.host.sessions.size() == 1);
        f.take_outbox();
        CHECK(f.session->closes());
        f.session->on_packet(*f.transport, text(EngineType::message, "too late"));
        CHECK(f.host.sessions.size() == 1);
        f.session->on_packet(*f.transport, text(EngineType::close));
        CHECK(f.host.sessions.size() == 0);
    });
    CHECK(f.count("polled:4bye") == 1);
    CHECK(f.count("got:too late") == 0);
    CHECK(f.count("closed:forced close") == 1);
}

TEST_CASE("a polling session whose client never comes back for the rest is dropped after the close timeout") {
    Fixture f;
    f.options.close_timeout = 20ms;
    f.run(
        [&] {
            f.open(false);
            f.session->close(CloseReason::forced_close);
        },
        50ms);
    CHECK(f.host.sessions.size() == 0);
}

TEST_CASE("reading resumes after as many resumes as pauses, and stays paused across an upgrade") {
    Fixture f;
    f.run([&] {
        f.open(true);
        f.session->pause_reading();
        f.session->pause_reading();
        f.session->resume_reading();
        CHECK(f.count("pause") == 1);
        CHECK(f.count("resume") == 0);
        f.session->resume_reading();
        CHECK(f.count("resume") == 1);
    });
    Fixture g;
    g.run([&] {
        g.open(false);
        g.session->pause_reading();
        const boost::intrusive_ptr<FakeTransport> websocket(new FakeTransport(g.log, true));
        g.session->on_candidate(websocket);
        g.session->on_packet(*websocket, text(EngineType::ping, "probe"));
        g.session->on_packet(*websocket, text(EngineType::upgrade));
        CHECK(g.log.back() == "pause");
    });
}

TEST_CASE(
    "a client that is not read is pinged all the same, so that it does not give up, and not closed for its silence") {
    Fixture f;
    f.run(
        [&] {
            f.open(true);
            f.session->pause_reading();
        },
        200s);
    // It waits 45 s for the next one.
    CHECK(f.count("text:2") == 8);
    CHECK(f.session->is_open());
    f.run([&] { f.session->resume_reading(); }, 19s);
    CHECK(f.session->is_open());
    f.run([] {}, 2s);
    CHECK(f.log.back() == "closed:ping timeout");

    Fixture g;
    g.run(
        [&] {
            g.open(true, Generation::eio3);
            g.session->pause_reading();
        },
        100s);
    // It pings by itself, and waits 20 s for the answer.
    CHECK(g.count("text:3") == 10);
    CHECK(g.session->is_open());
}

TEST_CASE("the pings of an Engine.IO 3 client are answered with what they carry") {
    Fixture f;
    f.run([&] {
        f.open(true, Generation::eio3);
        f.session->on_packet(*f.transport, text(EngineType::ping));
        f.session->on_packet(*f.transport, text(EngineType::ping, "data"));
        f.session->on_packet(*f.transport, text(EngineType::pong));  // nobody asked
        f.session->on_packet(*f.transport, text(EngineType::message, "hello"));
    });
    CHECK(f.log == Log{"text:" + greeting, "text:3", "text:3data", "got:hello"});
}

TEST_CASE("an Engine.IO 3 client is not pinged, and given up when it is silent") {
    Fixture f;
    f.options.ping_interval = 30ms;
    f.options.ping_timeout = 20ms;
    f.run([&] { f.open(true, Generation::eio3); }, 100ms);
    CHECK(Log(f.log.begin() + 1, f.log.end()) == Log{"close:ping timeout", "closed:ping timeout"});
}

TEST_CASE("an Engine.IO 3 client that says anything stays") {
    Fixture f;
    f.options.ping_interval = 60ms;
    f.options.ping_timeout = 60ms;
    util::Timer talk(
        [](void* fixture) {
            auto& self = *static_cast<Fixture*>(fixture);
            self.session->on_packet(*self.transport, text(EngineType::message, "here"));
        },
        &f);
    f.run(
        [&] {
            f.open(true, Generation::eio3);
            talk.arm(f.loop.timers(), 80ms);
        },
        160ms);
    CHECK(Log(f.log.begin() + 1, f.log.end()) == Log{"got:here"});
}

TEST_CASE("an Engine.IO 3 session moves to a WebSocket by the same steps") {
    Fixture f;
    f.run([&] {
        f.open(false, Generation::eio3);
        const boost::intrusive_ptr<FakeTransport> candidate(new FakeTransport(f.log, true));
        CHECK(f.session->on_candidate(candidate));
        f.session->on_packet(*candidate, text(EngineType::ping, "probe"));
        f.session->on_packet(*candidate, text(EngineType::upgrade));
        CHECK(f.session->transport() == candidate.get());
        f.session->on_packet(*candidate, text(EngineType::ping));
    });
    CHECK(f.count("text:3probe") == 1);
    CHECK(f.count("text:3") == 1);
    CHECK(f.count("leave") == 1);
}
