#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <vector>

#include "greenlet/loop.hpp"
#include "transport/websocket_connection.hpp"
#include "unit/transport/peers.hpp"
#include "wire/ws_deflate.hpp"

using namespace std::chrono_literals;
using namespace sio;
using test::masked;
using test::server_frame;
using transport::WebSocketConnection;
using transport::WebSocketConnectionPtr;
using wire::WsOpcode;

namespace {

struct Listener final : transport::WebSocketListener {
    void on_message(const wire::WsMessage& message) override {
        log.push_back((message.binary ? "binary " : "text ") + std::string(message.payload()));
        if (then) then();
    }
    void on_peer_done(std::uint16_t code, std::string_view) override { log.push_back("done " + std::to_string(code)); }
    void on_end(std::uint16_t code, std::string_view) override { log.push_back("end " + std::to_string(code)); }
    void on_drained() override { log.push_back("drained"); }

    std::vector<std::string> log;
    std::function<void()> then;
};

struct Fixture {
    greenlet::Loop loop{{.virtual_time = true}};
    WebSocketConnection::Options options;
    std::shared_ptr<test::Wire> wire = std::make_shared<test::Wire>();
    Listener listener;
    WebSocketConnectionPtr connection;
    std::unique_ptr<transport::WebSocketDeflate> deflate;

    /// Runs `script` on the loop, which ends `duration` later.
    void run(const std::function<void()>& script, std::chrono::milliseconds duration = 0ms) {
        util::Timer end([](void* loop_) { static_cast<greenlet::Loop*>(loop_)->stop(); }, &loop);
        loop.post([&] {
            connection =
                new WebSocketConnection(loop, std::make_unique<test::FakeLink>(wire),
                                        std::make_shared<WebSocketConnection::Options>(options), std::move(deflate));
            connection->start(&listener);
            script();
            end.arm(loop.timers(), duration + 1ms);
        });
        loop.run();
    }
};

using Log = std::vector<std::string>;

}  // namespace

TEST_CASE("messages go both ways and pings are answered") {
    Fixture f;
    f.run([&] {
        f.wire->feed(masked(WsOpcode::text, "hello") + masked(WsOpcode::ping, "p") + masked(WsOpcode::binary, "raw"));
        f.connection->send(WsOpcode::text, "back");
    });
    CHECK(f.listener.log == Log{"text hello", "binary raw"});
    CHECK(f.wire->written == server_frame(WsOpcode::pong, "p") + server_frame(WsOpcode::text, "back"));
}

TEST_CASE("the peer's close frame is answered with its code, and the link is closed") {
    Fixture f;
    f.run([&] { f.wire->feed(masked(WsOpcode::close, wire::ws_close_payload(1000, "bye"))); });
    CHECK(f.listener.log == Log{"end 1000"});
    CHECK(f.wire->written == server_frame(WsOpcode::close, wire::ws_close_payload(1000)));
    CHECK(f.wire->closed);
}

TEST_CASE("malformed input is answered with its close code") {
    Fixture f;
    f.run([&] { f.wire->feed(server_frame(WsOpcode::text, "not masked")); });
    CHECK(f.listener.log == Log{"end 1002"});
    CHECK(f.wire->written.substr(2, 2) == "\x03\xea");
    CHECK(f.wire->closed);
}

TEST_CASE("a connection that the server closes waits for the peer's close frame, forgotten by its user") {
    Fixture f;
    f.run([&] {
        f.connection->close(1000);
        f.connection->send(WsOpcode::text, "too late");
        f.connection = nullptr;
        CHECK_FALSE(f.wire->closed);
        f.wire->feed(masked(WsOpcode::text, "still on its way"));
        f.wire->feed(masked(WsOpcode::close, wire::ws_close_payload(1000)));
        CHECK(f.wire->closed);
    });
    CHECK(f.listener.log.empty());
    CHECK(f.wire->written == server_frame(WsOpcode::close, wire::ws_close_payload(1000)));
}

TEST_CASE("a peer that does not answer the close frame is cut off after the time limit") {
    Fixture f;
    f.options.close_timeout = 20ms;
    f.run([&] { f.connection->close(1000); }, 60ms);
    CHECK(f.wire->aborted);
}

TEST_CASE("an end without a close frame is reported as 1006") {
    Fixture f;
    f.run([&] { f.wire->end(); });
    CHECK(f.listener.log == Log{"end 1006"});
}

TEST_CASE("a listener may close or abort the connection from within a message") {
    for (const bool abort : {false, true}) {
        Fixture f;
        f.run([&] {
            f.listener.then = [&] {
                const auto connection = std::exchange(f.connection, nullptr);
                abort ? connection->abort() : connection->close(1000);
            };
            f.wire->feed(masked(WsOpcode::text, "one") + masked(WsOpcode::text, "two"));
            f.wire->end();
        });
        CHECK(f.listener.log.front() == "text one");
        CHECK(f.wire->aborted == abort);
    }
}

TEST_CASE("messages behind a pause wait in the link") {
    Fixture f;
    f.run([&] {
        f.listener.then = [&] { f.connection->pause_reading(); };
        f.wire->feed(masked(WsOpcode::text, "one") + masked(WsOpcode::text, "two"));
        CHECK(f.wire->paused);
        CHECK(f.listener.log == Log{"text one"});
        f.listener.then = nullptr;
        f.connection->resume_reading();
        f.wire->feed({});
    });
    CHECK(f.listener.log == Log{"text one", "text two"});
}

TEST_CASE("pings of a peer that does not read are not answered without bound") {
    Fixture f;
    f.run([&] {
        f.wire->queued = 1024 * 1024;
        f.wire->feed(masked(WsOpcode::ping, "p"));
    });
    CHECK(f.wire->written.empty());
}

TEST_CASE("a listener that answers late may send after the peer's close frame, until it closes") {
    Fixture f;
    f.options.answer_close_later = true;
    f.run([&] {
        f.wire->feed(masked(WsOpcode::text, "question") + masked(WsOpcode::close, wire::ws_close_payload(1000)));
        CHECK(f.listener.log == Log{"text question", "done 1000"});
        CHECK_FALSE(f.connection->is_open());
        CHECK(f.connection->takes_messages());
        f.connection->send(WsOpcode::text, "answer");
        f.wire->receiver->on_drained();
        f.connection->close(1000);
    });
    CHECK(f.listener.log == Log{"text question", "done 1000", "drained"});
    CHECK(f.wire->written ==
          server_frame(WsOpcode::text, "answer") + server_frame(WsOpcode::close, wire::ws_close_payload(1000)));
    CHECK(f.wire->closed);
}

TEST_CASE("the end of the link behind a close frame is not looked for while the answer is due") {
    Fixture f;
    f.options.answer_close_later = true;
    f.run([&] {
        f.wire->feed(masked(WsOpcode::close, wire::ws_close_payload(1000)));
        CHECK(f.wire->paused);
        f.connection->resume_reading();
        CHECK(f.wire->paused);
        f.connection->close(1000);
    });
    CHECK(f.wire->closed);
}

TEST_CASE("a listener that answers late answers what came before malformed input, too") {
    Fixture f;
    f.options.answer_close_later = true;
    f.run([&] {
        f.wire->feed(masked(WsOpcode::text, "question") + server_frame(WsOpcode::text, "not masked"));
        CHECK(f.listener.log == Log{"text question", "done 1002"});
        f.connection->send(WsOpcode::text, "answer");
        f.connection->close(1000);
    });
    const auto answer = server_frame(WsOpcode::text, "answer");
    CHECK(f.wire->written ==
          answer + server_frame(WsOpcode::close, wire::ws_close_payload(1002, "frame without a mask")));
    CHECK(f.wire->closed);
}

TEST_CASE("a listener that never answers the close frame is told of the end after the time limit") {
    Fixture f;
    f.options.answer_close_later = true;
    f.options.close_timeout = 20ms;
    f.run([&] { f.wire->feed(masked(WsOpcode::close, wire::ws_close_payload(1000))); }, 60ms);
    CHECK(f.wire->aborted);
    CHECK(f.listener.log == Log{"done 1000", "end 1006"});
}

TEST_CASE("frames that cost much are taken in over several turns, so that others get theirs") {
    Fixture f;
    f.options.parser.max_message_bytes = 10'000'000;
    f.deflate = std::make_unique<transport::WebSocketDeflate>(wire::WsDeflateParams{}, WebSocketCompression{},
                                                              f.options.parser);
    std::string compressed;
    wire::thread_deflater(15, 9).deflate(std::string(10'000'000, '\0'), compressed);
    std::string frame;
    wire::append_ws_masked_frame(frame, WsOpcode::binary, compressed, 0x12345678, {.fin = true, .rsv1 = true});
    constexpr std::size_t frames = 20;
    std::vector<std::size_t> taken;
    // The link delivers what it holds whenever it is not paused.
    const std::function<void()> deliver = [&] {
        if (!f.wire->paused) {
            f.wire->feed({});
            taken.push_back(f.listener.log.size());
        }
        if (f.listener.log.size() == frames) return f.loop.stop();
        f.loop.post(deliver);
    };
    f.listener.then = [&] { f.listener.log.back() = "message"; };
    f.run(
        [&] {
            std::string all;
            for (std::size_t i = 0; i < frames; ++i) all += frame;
            f.wire->feed(all);
            taken.push_back(f.listener.log.size());
            CHECK(f.wire->paused);
            CHECK(taken.front() < frames);
            deliver();
        },
        10s);
    CHECK(f.listener.log.size() == frames);
    CHECK(taken.size() > 2);
}
