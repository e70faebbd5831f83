#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "unit/transport/endpoint_fixture.hpp"

using namespace std::chrono_literals;
using namespace sio;
using session::CloseReason;
using test::Answer;
using transport::EngineEndpoint;
using wire::WsOpcode;

namespace {

using Fixture = test::EndpointFixture;
using test::Echo;
using test::Log;
using test::masked;
using test::text_frame;
using test::turn;

}  // namespace

TEST_CASE("a polling session is opened, sends and receives several packets in one payload") {
    Fixture f;
    f.run([&] {
        const auto sid = f.open();
        CHECK(f.post(sid,
                     "4one\x1e"
                     "4two\x1e"
                     "bAQIDBA==")
                  ->body() == "ok");
        CHECK(f.poll(sid)->body() ==
              "4one\x1e"
              "4two\x1e"
              "bAQIDBA==");
    });
}

TEST_CASE("a waiting poll is answered at the end of the turn with everything said in it") {
    Fixture f;
    f.run([&] {
        const auto sid = f.open();
        const auto poll = f.poll(sid);
        CHECK(poll->status() == 0);
        f.post(sid, "4one");
        f.post(sid, "4two");
        turn();
        CHECK(poll->body() ==
              "4one\x1e"
              "4two");
        CHECK(poll->header("Cache-Control") == "no-store");
    });
}

TEST_CASE("two polls at once end the session: the waiting one with a close packet, the other with 400") {
    Fixture f;
    f.run([&] {
        const auto sid = f.open();
        const auto first = f.poll(sid);
        const auto second = f.poll(sid);
        CHECK(first->status() == 200);
        CHECK(first->body() == "1");
        CHECK(second->status() == 400);
        CHECK(f.poll(sid)->body() == R"({"code":1,"message":"Session ID unknown"})");
    });
    CHECK(f.log == Log{"closed: transport error"});
}

TEST_CASE("bad payloads are answered 400 and end the session") {
    for (const std::string body : {"abc", "", "4a\x1e",
                                   "\x1e"
                                   "4a",
                                   "4a\x1e\x1e"
                                   "4b",
                                   "bAQIDB", "9", "4\xff\xfe", "0", "2"}) {
        Fixture f;
        CAPTURE(body);
        f.run([&] {
            const auto sid = f.open();
            const auto answer = f.post(sid, body);
            CHECK((answer->status() == 400 || body == "0" || body == "2"));
            CHECK(f.poll(sid)->status() == 400);
        });
        CHECK(f.log == Log{"closed: parse error"});
    }
}

TEST_CASE("a body over the limit is answered 413, an octet stream 400, too many packets 400") {
    Fixture f;
    f.options.max_payload_bytes = 100;
    f.options.max_payload_packets = 3;
    f.run([&] {
        CHECK(f.post(f.open(), "4" + std::string(100, 'x'))->status() == 413);
        CHECK(f.request("POST", "/engine.io/?EIO=4&transport=polling&sid=" + f.open(), "4x",
                        {{"Content-Type", "application/octet-stream"}})
                  ->status() == 400);
        CHECK(f.post(f.open(),
                     "4\x1e"
                     "4\x1e"
                     "4")
                  ->status() == 200);
        CHECK(f.post(f.open(),
                     "4\x1e"
                     "4\x1e"
                     "4\x1e"
                     "4")
                  ->status() == 400);
    });
}

TEST_CASE("a close packet ends a waiting poll with a noop, or with what was queued") {
    Fixture f;
    f.run([&] {
        const auto sid = f.open();
        const auto poll = f.poll(sid);
        CHECK(f.post(sid, "1")->body() == "ok");
        CHECK(poll->body() == "6");
        CHECK(f.poll(sid)->status() == 400);

        const auto other = f.open();
        const auto waiting = f.poll(other);
        f.post(other,
               "4last\x1e"
               "1");
        CHECK(waiting->body() == "4last");
    });
    CHECK(f.log == Log{"closed: transport close", "closed: transport close"});
}

TEST_CASE("a poll that its client abandons ends the session") {
    Fixture f;
    f.run([&] {
        const auto sid = f.open();
        f.poll(sid)->abandon();
        CHECK(f.poll(sid)->status() == 400);
    });
    CHECK(f.log == Log{"closed: transport close"});
}

TEST_CASE("a server that closes a polling session delivers what is queued, then a close packet in a poll of its own") {
    Fixture f;
    f.run([&] {
        const auto sid = f.open();
        f.post(sid,
               "4last\x1e"
               "4close");
        CHECK(f.poll(sid)->body() == "4last");
        CHECK(f.post(sid, "4too late")->body() == "ok");
        CHECK(f.poll(sid)->body() == "1");
        CHECK(f.poll(sid)->status() == 400);

        const auto other = f.open();
        const auto waiting = f.poll(other);
        f.post(other,
               "4last\x1e"
               "4close");
        turn();
        CHECK(waiting->body() == "4last");
        CHECK(f.poll(other)->body() == "1");

        const auto idle = f.open();
        const auto empty = f.poll(idle);
        f.post(idle, "4close");
        turn();
        CHECK(empty->body() == "1");
        CHECK(f.endpoint->session_count() == 0);
    });
    CHECK(f.log == Log{"closed: forced close", "closed: forced close", "closed: forced close"});
}

TEST_CASE("a client that is told to go and says so, instead of polling again, is gone at once") {
    Fixture f;
    f.run([&] {
        const auto sid = f.open();
        f.post(sid,
               "4last\x1e"
               "4close");
        CHECK(f.poll(sid)->body() == "4last");
        CHECK(f.post(sid, "1")->body() == "ok");
        CHECK(f.endpoint->session_count() == 0);
    });
}

TEST_CASE("a POST stays unanswered while reading is paused") {
    Fixture f;
    f.run([&] {
        const auto sid = f.open();
        const auto post = f.post(sid, "4pause");
        CHECK(post->status() == 0);
        f.endpoint->host().sessions.find(sid)->resume_reading();
        CHECK(post->body() == "ok");
    });
}

TEST_CASE("the packets of a POST behind a pause wait until reading resumes, and its answer behind them") {
    Fixture f;
    f.run([&] {
        const auto sid = f.open();
        const auto post = f.post(sid,
                                 "4one\x1e"
                                 "4pause\x1e"
                                 "4two");
        CHECK(f.poll(sid)->body() == "4one");
        CHECK(post->status() == 0);
        f.endpoint->host().sessions.find(sid)->resume_reading();
        CHECK(post->body() == "ok");
        CHECK(f.poll(sid)->body() == "4two");
    });
}

TEST_CASE("a second POST does not get past a pause: it is answered 400, and the session ends") {
    Fixture f;
    f.run([&] {
        const auto sid = f.open();
        const auto held = f.post(sid,
                                 "4pause\x1e"
                                 "4behind");
        const auto second = f.post(sid, "4overtaking");
        CHECK(second->status() == 400);
        CHECK(held->body() == "ok");
        CHECK(f.poll(sid)->status() == 400);
    });
    CHECK(f.log == Log{"closed: transport error"});
}

TEST_CASE("a POST that is held is answered when the session ends, in whichever way") {
    Fixture f;
    f.run([&] {
        const auto sid = f.open();
        const auto held = f.post(sid, "4pause");
        f.endpoint->host().sessions.find(sid)->close(CloseReason::forced_close);
        CHECK(held->body() == "ok");
        const auto other = f.open();
        const auto also_held = f.post(other, "4pause");
        f.poll(other)->abandon();
        CHECK(also_held->body() == "ok");
    });
    CHECK(f.log == Log{"closed: forced close", "closed: transport close"});
}

TEST_CASE("a POST may carry any number of packets, which are handled over several turns") {
    Fixture f;
    f.options.max_queued_bytes = 100'000'000;
    f.run([&] {
        const auto sid = f.open();
        std::string body = "4";
        constexpr int packets = 400'000;
        for (int i = 1; i < packets; ++i)
            body +=
                "\x1e"
                "4";
        REQUIRE(body.size() <= f.options.max_payload_bytes * 2);
        f.options.max_payload_bytes = body.size();
        const auto post = f.post(sid, body);
        CHECK(post->status() == 0);
        while (post->status() == 0) turn();
        CHECK(post->body() == "ok");
        CHECK(f.poll(sid)->body() == body);
    });
    CHECK(f.log.empty());
}

TEST_CASE("a WebSocket session greets, echoes and is closed by its close packet") {
    Fixture f;
    f.run([&] {
        const auto answer = f.websocket("EIO=4&transport=websocket");
        CHECK(answer->status() == 101);
        CHECK(answer->header("Sec-WebSocket-Accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        CHECK(answer->wire->written.find(R"("upgrades":[])") != std::string::npos);
        answer->wire->written.clear();
        answer->wire->feed(masked(WsOpcode::text, "4hello"));
        CHECK(answer->wire->written == text_frame("4hello"));
        answer->wire->written.clear();
        answer->wire->feed(masked(WsOpcode::text, "1"));
        CHECK(answer->wire->written.substr(0, 1) == "\x88");
    });
    CHECK(f.log == Log{"closed: transport close"});
}

TEST_CASE("a client of Engine.IO 4 that takes text only gets base64 over WebSocket") {
    Fixture f;
    f.run([&] {
        const auto answer = f.websocket("EIO=4&transport=websocket&b64=1");
        auto& wire = *answer->wire;
        wire.written.clear();
        wire.feed(masked(WsOpcode::text, "bAQI="));
        wire.feed(masked(WsOpcode::binary, "\1\2"));
        wire.feed(masked(WsOpcode::text, "4text"));
        CHECK(wire.written == text_frame("bAQI=") + text_frame("bAQI=") + text_frame("4text"));
    });
}

TEST_CASE("an invalid packet closes the WebSocket") {
    for (const std::string packet : {"abc", "", "9"}) {
        Fixture f;
        f.run([&] {
            const auto answer = f.websocket("EIO=4&transport=websocket");
            answer->wire->written.clear();
            answer->wire->feed(masked(WsOpcode::text, packet));
            CHECK(answer->wire->written.substr(0, 1) == "\x88");
        });
        CHECK(f.log == Log{"closed: parse error"});
    }
}

TEST_CASE("large answers to polls are compressed for those who accept it") {
    Fixture f;
    f.run([&] {
        const auto poll = [&](const std::string& message) {
            const auto sid = f.open();
            f.post(sid, "4" + message);
            return f.request("GET", "/engine.io/?EIO=4&transport=polling&sid=" + sid, {},
                             {{"Accept-Encoding", "gzip"}});
        };
        CHECK(poll("small")->header("Content-Encoding") == "");
        const auto answer = poll(std::string(5000, 'x'));
        CHECK(answer->header("Content-Encoding") == "gzip");
        CHECK(answer->header("Vary") == "Accept-Encoding");
        CHECK(answer->body().size() < 100);
    });
    Fixture off;
    off.options.http_compression.reset();
    off.run([&] {
        const auto sid = off.open();
        off.post(sid, "4" + std::string(5000, 'x'));
        CHECK(off.poll(sid)->body().size() == 5001);
    });
}

TEST_CASE("an upgrade: probe, the next poll ended with a noop, switch, polls refused, a second WebSocket closed") {
    Fixture f;
    f.run([&] {
        const auto sid = f.open();
        const auto ws = f.websocket("EIO=4&transport=websocket&sid=" + sid);
        ws->wire->feed(masked(WsOpcode::text, "2probe"));
        CHECK(ws->wire->written == text_frame("3probe"));
        CHECK(f.poll(sid)->body() == "6");
        f.post(sid, "4queued");
        ws->wire->feed(masked(WsOpcode::text, "5"));
        CHECK(ws->wire->written == text_frame("3probe") + text_frame("4queued"));
        CHECK(f.poll(sid)->status() == 400);
        CHECK(f.post(sid, "4x")->status() == 400);

        const auto second = f.websocket("EIO=4&transport=websocket&sid=" + sid);
        CHECK(second->status() == 101);
        CHECK(second->wire->written.substr(0, 1) == "\x88");

        ws->wire->written.clear();
        ws->wire->feed(masked(WsOpcode::text, "4hello"));
        CHECK(ws->wire->written == text_frame("4hello"));
        CHECK(f.log.empty());
    });
}

TEST_CASE("a probe ends a poll that waits already") {
    Fixture f;
    f.run([&] {
        const auto sid = f.open();
        const auto poll = f.poll(sid);
        const auto ws = f.websocket("EIO=4&transport=websocket&sid=" + sid);
        ws->wire->feed(masked(WsOpcode::text, "2probe"));
        turn();
        CHECK(poll->body() == "6");
    });
}

TEST_CASE("the session survives a candidate that fails, and its end takes the candidate along") {
    Fixture f;
    f.run([&] {
        const auto sid = f.open();
        const auto ws = f.websocket("EIO=4&transport=websocket&sid=" + sid);
        ws->wire->feed(masked(WsOpcode::text, "2probe"));
        ws->wire->end();
        f.post(sid, "4still here");
        CHECK(f.poll(sid)->body() == "4still here");

        const auto again = f.websocket("EIO=4&transport=websocket&sid=" + sid);
        f.post(sid, "1");
        CHECK(again->wire->written.substr(0, 1) == "\x88");
    });
}

TEST_CASE("refusals of the endpoint: 426, 403 for a foreign page, 503 when full or shutting down") {
    Fixture f;
    f.options.max_sessions = 1;
    f.run([&] {
        CHECK(f.get("EIO=4&transport=websocket")->status() == 426);
        CHECK(f.websocket("EIO=4&transport=websocket", {{"Origin", "http://evil.example"}})->status() == 403);
        f.open();
        CHECK(f.get("EIO=4&transport=polling")->status() == 503);
        f.endpoint->shut_down();
        turn();
        CHECK(f.get("EIO=4&transport=polling")->status() == 503);
    });
    CHECK(f.log == Log{"closed: server shutting down"});
}

TEST_CASE(
    "sessions that no connection carries are so many for an address, which is told so before anything is made of it") {
    Fixture f;
    f.options.max_idle_sessions_per_address = 2;
    f.run([&] {
        const std::string first = f.open();
        const std::string second = f.open();
        int asked = 0;
        f.options.allow_request = [&](Environ&) {
            ++asked;
            return std::optional<Refusal>();
        };
        const auto refused = f.get("EIO=4&transport=polling");
        CHECK(refused->status() == 503);
        CHECK(refused->body() == R"({"code":4,"message":"Too many sessions"})");
        CHECK(refused->header("Retry-After") == "5");
        CHECK(f.websocket("EIO=4&transport=websocket")->status() == 503);
        CHECK(f.get("EIO=3&transport=polling")->status() == 503);
        CHECK(asked == 0);

        // One that waits for its packets pays for itself, and so does a WebSocket.
        const auto waits = f.poll(first);
        CHECK(f.get("EIO=4&transport=polling")->status() == 200);
        CHECK(f.get("EIO=4&transport=polling")->status() == 503);
        f.post(second, "1");
        const auto websocket = f.websocket("EIO=4&transport=websocket");
        CHECK(websocket->status() == 101);
        CHECK(f.get("EIO=4&transport=polling")->status() == 200);
        CHECK(f.get("EIO=4&transport=polling")->status() == 503);
        waits->abandon();
        websocket->wire->end();
        CHECK(f.get("EIO=4&transport=polling")->status() == 503);
    });
}

TEST_CASE("allow_request may block, refuse with a message, or fail") {
    Fixture f;
    bool decided = false;
    f.options.allow_request = [&](Environ& environ) -> std::optional<Refusal> {
        while (!decided) sio::sleep(1ms);
        if (environ.query()["token"] == "good") return {};
        if (environ.query()["token"] == "throw") throw std::runtime_error("broken");
        return Refusal{"who are you?"};
    };
    f.run([&] {
        const auto good = f.get("EIO=4&transport=polling&token=good");
        const auto bad = f.get("EIO=4&transport=polling&token=bad");
        const auto broken = f.get("EIO=4&transport=polling&token=throw");
        CHECK(good->status() == 0);
        decided = true;
        for (const auto& answer : {good, bad, broken}) {
            while (answer->status() == 0) turn();
        }
        CHECK(good->status() == 200);
        CHECK(bad->status() == 403);
        CHECK(bad->body() == R"({"code":4,"message":"who are you?"})");
        CHECK(broken->body() == R"({"code":4,"message":"Forbidden"})");
    });
}

TEST_CASE("a session that nobody accepts is answered with what the app returned") {
    Fixture f;
    f.begin = [](std::shared_ptr<transport::Handshake>, Environ) { return Response(404, "no such room"); };
    f.run([&] {
        const auto answer = f.get("EIO=4&transport=polling");
        CHECK(answer->status() == 404);
        CHECK(f.endpoint->session_count() == 0);
    });
}

TEST_CASE("a client that goes away before its handshake is accepted leaves no session") {
    Fixture f;
    bool accepted = true;
    f.begin = [&](std::shared_ptr<transport::Handshake> handshake, Environ) {
        sio::sleep(5ms);
        accepted = handshake->accept(std::make_unique<Echo>(handshake->session(), f.log));
        return Response(500);
    };
    f.run([&] {
        f.get("EIO=4&transport=polling")->abandon();
        sio::sleep(15ms);
        CHECK_FALSE(accepted);
        CHECK(f.endpoint->session_count() == 0);
    });
    CHECK(f.log.empty());
}

TEST_CASE("the cookie and CORS options add their headers to the handshake") {
    Fixture f;
    f.options.cookie = CookieOptions{};
    f.options.cors.allowed_origins = {"https://a.example"};
    f.options.cors.allow_credentials = true;
    f.run([&] {
        const auto answer =
            f.request("GET", "/engine.io/?EIO=4&transport=polling", {}, {{"Origin", "https://a.example"}});
        CHECK(answer->header("Set-Cookie").starts_with("io="));
        CHECK(answer->header("Set-Cookie").ends_with("; Path=/; HttpOnly; SameSite=Lax"));
        CHECK(answer->header("Access-Control-Allow-Origin") == "https://a.example");
        const auto preflight =
            f.request("OPTIONS", "/engine.io/?EIO=4&transport=polling", {}, {{"Origin", "https://a.example"}});
        CHECK(preflight->status() == 204);
        const auto refused =
            f.request("GET", "/engine.io/?EIO=4&transport=nope", {}, {{"Origin", "https://a.example"}});
        CHECK(refused->status() == 400);
        CHECK(refused->header("Access-Control-Allow-Origin") == "https://a.example");
    });
}

TEST_CASE("the largest numbers as limits are none") {
    Fixture f;
    constexpr auto for_ever = std::chrono::milliseconds::max();
    constexpr auto any = std::numeric_limits<std::size_t>::max();
    f.options.ping_interval = f.options.ping_timeout = f.options.upgrade_timeout = f.options.close_timeout = for_ever;
    f.options.max_payload_bytes = f.options.max_payload_packets = f.options.max_fragments = any;
    f.options.max_queued_bytes = f.options.max_attachments = f.options.max_attachment_bytes = any;
    f.options.websocket_compression.emplace();
    f.run([&] {
        const auto sid = f.open();
        CHECK(f.post(sid,
                     "4one\x1e"
                     "4two")
                  ->body() == "ok");
        CHECK(f.poll(sid)->body() ==
              "4one\x1e"
              "4two");
        const auto upgrade = f.websocket("EIO=4&transport=websocket&sid=" + sid);
        sio::sleep(10ms);
        CHECK_FALSE(upgrade->wire->closed);
        const auto ws = f.websocket("EIO=4&transport=websocket");
        CHECK(ws->wire->written.find(R"("pingInterval":1000000000,"pingTimeout":1000000000)") != std::string::npos);
        ws->wire->written.clear();
        ws->wire->feed(masked(WsOpcode::text, "4hello"));
        sio::sleep(10ms);
        CHECK(ws->wire->written == text_frame("4hello"));
        CHECK(f.log.empty());
    });
}

TEST_CASE("a session that is not read from is not given up for want of a pong") {
    Fixture f;
    f.options.ping_interval = f.options.ping_timeout = 20ms;
    f.run([&] {
        const auto ws = f.websocket("EIO=4&transport=websocket");
        auto& wire = *ws->wire;
        wire.feed(masked(WsOpcode::text, "4pause"));
        sio::sleep(100ms);
        CHECK(f.log.empty());
        f.endpoint->host().sessions.for_each([](session::EngineSession& session) { session.resume_reading(); });
        wire.feed(masked(WsOpcode::text, "3"));
        CHECK(f.log.empty());
        // From now on it is.
        sio::sleep(100ms);
        CHECK(f.log == Log{"closed: ping timeout"});
    });
}
