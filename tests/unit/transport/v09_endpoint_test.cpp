#include "transport/v09_endpoint.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "greenlet/loop.hpp"
#include "unit/transport/peers.hpp"

using namespace std::chrono_literals;
using namespace sio;
using session::CloseReason;
using session::V09Session;
using test::Answer;
using test::masked;
using test::text_frame;
using test::turn;
using wire::WsOpcode;
using AnswerPtr = std::shared_ptr<Answer>;

namespace {

using Log = std::vector<std::string>;

constexpr std::string_view mark = "\xef\xbf\xbd";

/// Answers the connection with a greeting and messages with themselves, and does what some of them say.
class Echo final : public session::ChannelHandler {
public:
    Echo(V09Session& session, Log& log) : session_(session), log_(log) {}
    bool on_packet(const wire::PacketView& packet) override {
        if (packet.type == wire::PacketType::event && packet.data == "[") return false;
        if (packet.type == wire::PacketType::message && packet.data == "pause") {
            session_.pause_reading();
        } else if (packet.type == wire::PacketType::message && packet.data == "close") {
            session_.close(CloseReason::forced_close);
        } else if (packet.type == wire::PacketType::disconnect && packet.nsp == "/") {
            session_.close(CloseReason::client_namespace_disconnect);
        } else {
            session_.send(packet);
        }
        return true;
    }
    void on_close(CloseReason reason) override { log_.push_back("closed: " + std::string(reason_text(reason))); }

private:
    V09Session& session_;
    Log& log_;
};

std::string framed(const std::vector<std::string>& packets) {
    std::string payload;
    for (const auto& packet : packets) {
        payload += mark;
        payload += std::to_string(packet.size());
        payload += mark;
        payload += packet;
    }
    return payload;
}

std::string chunk(std::string_view bytes) {
    char size[20];
    std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
    return size + std::string(bytes) + "\r\n";
}

bool ends_with(const std::string& text, std::string_view end) { return std::string_view(text).ends_with(end); }

struct Fixture {
    EngineOptions options;
    greenlet::Loop loop{{.virtual_time = true}};
    Log log;
    std::string resource = "/socket.io";
    std::optional<transport::V09Endpoint> endpoint;
    transport::V09Endpoint::Begin begin = [this](std::shared_ptr<transport::V09Handshake> handshake, Environ) {
        handshake->session().set_handler(std::make_shared<Echo>(handshake->session(), log));
        handshake->accept();
        return Response();
    };

    test::Peers peers;

    /// Runs `script` in a greenlet; then the peers go away, and the loop ends.
    void run(std::function<void()> script) {
        loop.post([this, &script] {
            endpoint.emplace(loop, resource, options, begin);
            loop.enter([this, &script] {
                script();
                peers.go_away();
                loop.stop();
            });
        });
        loop.run();
    }

    AnswerPtr request(std::string method, const std::string& path, std::string body = {}, Headers headers = {},
                      int version = 11) {
        auto request =
            test::make_request(std::move(method), "/socket.io/1" + path, std::move(body), std::move(headers));
        request.version = version;
        return peers.ask(*endpoint, std::move(request));
    }
    AnswerPtr get(const std::string& path) { return request("GET", path); }
    AnswerPtr post(const std::string& path, std::string body) { return request("POST", path, std::move(body)); }
    AnswerPtr websocket(const std::string& path, Headers headers = {}) {
        return request("GET", path, {}, test::websocket_headers(std::move(headers)));
    }
    std::string handshake() {
        const auto answer = get("/?t=1");
        REQUIRE(answer->status() == 200);
        const std::string body = answer->body();
        return body.substr(0, body.find(':'));
    }
    /// A session whose first poll has fetched the greeting.
    std::string polling() {
        std::string sid = handshake();
        const auto poll = get("/xhr-polling/" + sid);
        turn();
        CHECK(poll->body() == "1::");
        return sid;
    }
};

}  // namespace

TEST_CASE("a 0.9 handshake answers the id, the time limits and the transports") {
    Fixture f;
    f.options.v09.transports = {"websocket", "xhr-polling"};
    f.options.v09.heartbeat_timeout = 15s;
    f.options.v09.close_timeout = 25s;
    f.run([&] {
        for (const auto& answer : {f.get(""), f.get("/"), f.get("/?t=5"), f.post("/", "")}) {
            CHECK(answer->status() == 200);
            CHECK(answer->body().substr(20) == ":15:25:websocket,xhr-polling");
            CHECK(answer->header("Cache-Control") == "no-store");
        }
        const auto jsonp = f.get("/?t=5&jsonp=2");
        CHECK(jsonp->body().substr(0, 9) == "io.j[2](\"");
        CHECK(ends_with(jsonp->body(), ":15:25:websocket,xhr-polling\");"));
        CHECK(jsonp->header("Content-Type") == "text/javascript; charset=utf-8");
        CHECK(f.get("/?jsonp=alert")->status() == 400);
        CHECK(f.request("PUT", "/")->status() == 405);
    });
}

TEST_CASE("a session that no transport follows is over after the close timeout") {
    Fixture f;
    f.options.v09.close_timeout = 20ms;
    f.run([&] {
        const auto sid = f.handshake();
        sio::sleep(60ms);
        CHECK(f.get("/xhr-polling/" + sid)->body() == "7:::1+0");
        CHECK(f.endpoint->host().sessions.size() == 0);
    });
    CHECK(f.log == Log{"closed: ping timeout"});
}

TEST_CASE("a 0.9 poll waits, and is answered at the end of the turn with everything said in it") {
    Fixture f;
    f.run([&] {
        const auto sid = f.polling();
        const auto poll = f.get("/xhr-polling/" + sid);
        turn();
        CHECK(poll->status() == 0);
        const auto post = f.post("/xhr-polling/" + sid, framed({"3:::one", "2::", "3:::two"}));
        CHECK(post->body() == "1");
        CHECK(post->status() == 200);
        turn();
        CHECK(poll->body() == framed({"3:::one", "3:::two"}));
        CHECK(poll->header("Content-Type") == "text/plain; charset=utf-8");
        CHECK(poll->header("Cache-Control") == "no-store");
        // Between polls what is sent waits.
        f.post("/xhr-polling/" + sid, "3:::three");
        const auto next = f.get("/xhr-polling/" + sid);
        turn();
        CHECK(next->body() == "3:::three");
    });
}

TEST_CASE("a large answer to a 0.9 poll is compressed for those who accept it") {
    Fixture f;
    f.run([&] {
        const auto sid = f.polling();
        f.post("/xhr-polling/" + sid, "3:::" + std::string(5000, 'x'));
        const auto poll = f.request("GET", "/xhr-polling/" + sid, {}, {{"Accept-Encoding", "gzip"}});
        turn();
        CHECK(poll->header("Content-Encoding") == "gzip");
        CHECK(poll->body().size() < 100);
    });
}

TEST_CASE("lengths of 0.9 payloads count UTF-16 units") {
    Fixture f;
    f.run([&] {
        const auto sid = f.polling();
        const std::string emoji = "3:::\xf0\x9f\x92\xa9";
        const std::string payload =
            std::string(mark) + "6" + std::string(mark) + emoji + std::string(mark) + "5" + std::string(mark) + "3:::x";
        CHECK(f.post("/xhr-polling/" + sid, payload)->status() == 200);
        const auto poll = f.get("/xhr-polling/" + sid);
        turn();
        CHECK(poll->body() == payload);
    });
}

TEST_CASE("an idle 0.9 poll is answered with a noop in time, and the session goes on") {
    Fixture f;
    f.options.v09.polling_duration = 20ms;
    f.run([&] {
        const auto sid = f.polling();
        const auto poll = f.get("/xhr-polling/" + sid);
        sio::sleep(50ms);
        CHECK(poll->body() == "8::");
        CHECK(f.get("/xhr-polling/" + sid)->status() == 0);
    });
}

TEST_CASE("a client that stops polling is gone after the close timeout") {
    Fixture f;
    f.options.v09.close_timeout = 20ms;
    f.run([&] {
        f.polling();
        sio::sleep(60ms);
        CHECK(f.log == Log{"closed: ping timeout"});
    });
}

TEST_CASE("a second poll takes over from the first, and a lost one costs nothing") {
    Fixture f;
    f.run([&] {
        const auto sid = f.polling();
        const auto first = f.get("/xhr-polling/" + sid);
        const auto second = f.get("/xhr-polling/" + sid);
        CHECK(first->body() == "8::");
        CHECK(second->status() == 0);
        second->abandon();
        f.post("/xhr-polling/" + sid, "3:::x");
        const auto third = f.get("/xhr-polling/" + sid);
        turn();
        CHECK(third->body() == "3:::x");
    });
    CHECK(f.log.empty());
}

TEST_CASE("JSONP polls are answered with scripts and take forms") {
    Fixture f;
    f.run([&] {
        const auto sid = f.handshake();
        const auto greeting = f.get("/jsonp-polling/" + sid + "?t=1&i=4");
        turn();
        CHECK(greeting->body() == "io.j[4](\"1::\");");
        CHECK(greeting->header("Content-Type") == "text/javascript; charset=utf-8");
        CHECK(greeting->header("X-Content-Type-Options") == "nosniff");
        const auto poll = f.get("/jsonp-polling/" + sid + "?i=4");
        CHECK(
            f.post("/jsonp-polling/" + sid + "?i=4", "d=%223%3A%3A%3A%3C%2Fscript%3E%5Cn%5C%22%E2%80%A8%22")->body() ==
            "1");
        turn();
        CHECK(poll->body() == "io.j[4](\"3:::\\u003c/script>\\n\\\"\\u2028\");");
        CHECK(f.get("/jsonp-polling/" + sid + "?i=x")->status() == 400);
        CHECK(f.post("/jsonp-polling/" + sid + "?i=4", "d=oops")->status() == 400);
    });
    CHECK(f.log == Log{"closed: parse error"});
}

TEST_CASE("a 0.9 WebSocket is greeted, echoes, and ends the session when it ends; flashsocket is the same") {
    for (const char* name : {"websocket", "flashsocket"}) {
        Fixture f;
        f.run([&] {
            const auto sid = f.handshake();
            const auto ws = f.websocket("/" + std::string(name) + "/" + sid);
            CHECK(ws->status() == 101);
            CHECK(ws->wire->written == text_frame("1::"));
            CHECK(f.endpoint->host().sessions.find(sid)->transport_name() == name);
            ws->wire->written.clear();
            ws->wire->feed(masked(WsOpcode::text, "3:::hello") + masked(WsOpcode::text, "5:1::{\"name\":\"a\"}"));
            CHECK(ws->wire->written ==
                  text_frame("3:::hello") + text_frame("6:::1") + text_frame("5:::{\"name\":\"a\"}"));
            ws->wire->end();
            CHECK(f.endpoint->host().sessions.size() == 0);
        });
        CHECK(f.log == Log{"closed: transport close"});
    }
}

TEST_CASE("an htmlfile answer is a page that goes on, in chunks, each packet a script") {
    Fixture f;
    f.run([&] {
        const auto sid = f.handshake();
        const auto stream = f.get("/htmlfile/" + sid);
        CHECK(stream->status() == 200);
        CHECK(stream->header("Content-Type") == "text/html; charset=utf-8");
        const std::string& written = stream->wire->written;
        CHECK(written.starts_with("400\r\n<!DOCTYPE html>"));
        CHECK(ends_with(written, chunk("<script>_(\"1::\");</script>")));
        CHECK(f.post("/htmlfile/" + sid, "3:::</script>")->body() == "1");
        CHECK(ends_with(written, chunk("<script>_(\"3:::\\u003c/script>\");</script>")));
        f.post("/htmlfile/" + sid, "3:::close");
        CHECK(ends_with(written, chunk("<script>_(\"0::\");</script>") + "0\r\n\r\n"));
        CHECK(stream->wire->closed);
    });
    CHECK(f.log == Log{"closed: forced close"});
}

TEST_CASE("a multipart answer ends each packet with its boundary, and has no chunks for HTTP/1.0") {
    Fixture f;
    f.run([&] {
        const auto sid = f.handshake();
        const auto stream = f.request("GET", "/xhr-multipart/" + sid, {}, {}, 10);
        const std::string type = stream->header("Content-Type");
        const std::string start = "multipart/x-mixed-replace; boundary=\"";
        REQUIRE(type.starts_with(start));
        const std::string boundary = "--" + type.substr(start.size(), type.size() - start.size() - 1) + "\r\n";
        const auto part = [&](const std::string& packet) {
            return "Content-Type: text/plain; charset=utf-8\r\n\r\n" + packet + "\r\n" + boundary;
        };
        CHECK(stream->wire->written == boundary + part("1::"));
        f.post("/xhr-multipart/" + sid, "3:::x");
        CHECK(stream->wire->written == boundary + part("1::") + part("3:::x"));
        stream->wire->end();
    });
    CHECK(f.log == Log{"closed: transport close"});
}

TEST_CASE("streams and WebSockets have heartbeats, and a client that does not answer is gone") {
    for (const char* name : {"websocket", "htmlfile"}) {
        Fixture f;
        f.options.v09.heartbeat_interval = 20ms;
        f.options.v09.heartbeat_timeout = 40ms;
        f.run([&] {
            const auto sid = f.handshake();
            const bool socket = name == std::string("websocket");
            const auto down = socket ? f.websocket("/websocket/" + sid) : f.get("/htmlfile/" + sid);
            const auto answer = [&] {
                socket ? down->wire->feed(masked(WsOpcode::text, "2::")) : void(f.post("/htmlfile/" + sid, "2::"));
            };
            for (int beat = 0; beat < 3; ++beat) {
                down->wire->written.clear();
                sio::sleep(30ms);
                CHECK(down->wire->written.find("2::") != std::string::npos);
                answer();
            }
            CHECK(f.log.empty());
            sio::sleep(100ms);
            CHECK(down->wire->aborted);
        });
        CHECK(f.log == Log{"closed: ping timeout"});
    }
}

TEST_CASE("a client may fall back to another transport, and finds there what was said meanwhile") {
    Fixture f;
    f.run([&] {
        const auto sid = f.handshake();
        const auto ws = f.websocket("/websocket/" + sid);
        const auto poll = f.get("/xhr-polling/" + sid);
        CHECK(ws->wire->written.substr(ws->wire->written.size() - 4, 1) == "\x88");  // 1000
        CHECK(poll->status() == 0);
        f.post("/xhr-polling/" + sid, "3:::x");
        turn();
        CHECK(poll->body() == "3:::x");
        f.post("/xhr-polling/" + sid, "3:::y");
        const auto again = f.websocket("/websocket/" + sid);
        CHECK(again->wire->written == text_frame("3:::y"));
        CHECK(f.log.empty());
    });
}

TEST_CASE("0.9 clients with an unknown session are told to begin anew, over every transport") {
    Fixture f;
    f.run([&] {
        CHECK(f.get("/xhr-polling/nobody")->body() == "7:::1+0");
        CHECK(f.get("/jsonp-polling/nobody?i=1")->body() == "io.j[1](\"7:::1+0\");");
        const auto ws = f.websocket("/websocket/nobody");
        CHECK(ws->wire->written.starts_with(text_frame("7:::1+0") + "\x88"));
        const auto page = f.get("/htmlfile/nobody");
        CHECK(ends_with(page->wire->written, chunk("<script>_(\"7:::1+0\");</script>") + "0\r\n\r\n"));
        CHECK(page->wire->closed);
        CHECK(f.post("/xhr-polling/nobody", "3:::x")->status() == 400);
        CHECK(f.get("//nobody/?disconnect=1")->status() == 200);
    });
}

TEST_CASE("what else can be wrong with a 0.9 request is answered") {
    Fixture f;
    f.options.v09.transports = {"websocket", "xhr-polling"};
    f.run([&] {
        const auto sid = f.handshake();
        CHECK(f.get("/smoke-signals/" + sid)->status() == 400);
        CHECK(f.get("/smoke-signals/" + sid)->body() == "7:::0");
        CHECK(f.get("/htmlfile/" + sid)->status() == 400);  // not allowed here
        CHECK(f.get("/websocket/" + sid)->status() == 426);
        CHECK(f.post("/websocket/" + sid, "3:::x")->status() == 405);
        CHECK(f.request("DELETE", "/xhr-polling/" + sid)->status() == 405);
        CHECK(f.get("/xhr-polling")->status() == 404);
        CHECK(f.get("/a/b/c/d")->status() == 404);
        CHECK(f.websocket("/websocket/" + sid, {{"Origin", "http://elsewhere.example"}})->status() == 403);
        CHECK(f.post("/xhr-polling/" + sid, "3:::x")->status() == 400);  // no transport yet
    });
    CHECK(f.log.empty());
}

TEST_CASE("a malformed packet of a 0.9 client is passed over, and the session goes on") {
    const std::string fffd(mark);
    for (const std::string& body : {std::string(), std::string(":"), std::string("9::"), std::string("5:::{"),
                                    fffd + "-4" + fffd + "2::", fffd + "4" + fffd + "2::", fffd + "3" + fffd + "2::x",
                                    std::string("5:::{\"name\":\"a\",\"args\":[[]}")}) {
        Fixture f;
        CAPTURE(body);
        f.run([&] {
            const auto sid = f.polling();
            const auto waiting = f.get("/xhr-polling/" + sid);
            CHECK(f.post("/xhr-polling/" + sid, body)->body() == "1");
            CHECK(f.post("/xhr-polling/" + sid, framed({":", "3:::hello"}))->body() == "1");
            turn();
            CHECK(waiting->body() == "3:::hello");
            CHECK(f.log.empty());
        });
    }
    for (const std::string& frame : {masked(WsOpcode::text, ":"), masked(WsOpcode::text, "")}) {
        Fixture f;
        f.run([&] {
            const auto ws = f.websocket("/websocket/" + f.handshake());
            ws->wire->written.clear();
            ws->wire->feed(frame + masked(WsOpcode::text, "3:::hello"));
            CHECK(ws->wire->written == test::text_frame("3:::hello"));
            CHECK(f.log.empty());
        });
    }
}

TEST_CASE("what cannot be text ends a 0.9 session") {
    Fixture f;
    f.run([&] {
        const auto sid = f.polling();
        CHECK(f.post("/xhr-polling/" + sid, "3:::\xff")->status() == 400);
        CHECK(f.get("/xhr-polling/" + sid)->body() == "7:::1+0");
        const auto ws = f.websocket("/websocket/" + f.handshake());
        ws->wire->feed(masked(WsOpcode::binary, "2::"));
    });
    CHECK(f.log == Log{"closed: parse error", "closed: parse error"});
}

TEST_CASE("0.9 bodies and numbers of packets are limited") {
    Fixture f;
    f.options.max_payload_bytes = 40;
    f.options.max_payload_packets = 2;
    f.run([&] {
        CHECK(f.post("/xhr-polling/" + f.polling(), "3:::" + std::string(40, 'x'))->status() == 413);
        CHECK(f.post("/xhr-polling/" + f.polling(), framed({"2::", "2::"}))->status() == 200);
        CHECK(f.post("/xhr-polling/" + f.polling(), framed({"2::", "2::", "2::"}))->status() == 400);
    });
    CHECK(f.log == Log{"closed: transport error", "closed: parse error"});
}

TEST_CASE("a 0.9 client that does not read what it is sent is closed") {
    Fixture f;
    f.options.max_queued_bytes = 100;
    f.run([&] {
        const auto sid = f.polling();
        for (int i = 0; i < 4; ++i) f.post("/xhr-polling/" + sid, "3:::" + std::string(50, 'x'));
        const auto ws = f.websocket("/websocket/" + f.handshake());
        ws->wire->queued = 101;
        ws->wire->feed(masked(WsOpcode::text, "3:::x"));
        CHECK(ws->wire->aborted);
    });
    CHECK(f.log == Log{"closed: slow consumer", "closed: slow consumer"});
}

TEST_CASE("a 0.9 POST stays unanswered while reading is paused, and a second one is too many") {
    Fixture f;
    f.run([&] {
        const auto sid = f.polling();
        const auto post = f.post("/xhr-polling/" + sid, "3:::pause");
        CHECK(post->status() == 0);
        f.endpoint->host().sessions.find(sid)->resume_reading();
        CHECK(post->body() == "1");

        const auto held = f.post("/xhr-polling/" + sid, "3:::pause");
        CHECK(f.post("/xhr-polling/" + sid, "3:::x")->status() == 400);
        CHECK(held->body() == "1");
        CHECK(f.log == Log{"closed: transport error"});
    });
}

TEST_CASE("a 0.9 client may leave by a packet, or by a URL") {
    Fixture f;
    f.run([&] {
        const auto sid = f.polling();
        const auto poll = f.get("/xhr-polling/" + sid);
        CHECK(f.post("/xhr-polling/" + sid, "0::")->body() == "1");
        CHECK(poll->body() == "0::");
        CHECK(f.get("/xhr-polling/" + sid)->body() == "7:::1+0");

        const auto other = f.handshake();
        const auto ws = f.websocket("/websocket/" + other);
        CHECK(f.get("//" + other + "/?disconnect=1")->status() == 200);
        CHECK(ws->wire->written.find("0::") != std::string::npos);
        CHECK(f.endpoint->host().sessions.size() == 0);
    });
    CHECK(f.log == Log{"closed: client namespace disconnect", "closed: client namespace disconnect"});
}

TEST_CASE("a server that closes a 0.9 session says so, also to a client that is between two polls") {
    Fixture f;
    f.run([&] {
        const auto sid = f.polling();
        f.post("/xhr-polling/" + sid, framed({"3:::last", "3:::close"}));
        CHECK(f.log == Log{"closed: forced close"});
        const auto poll = f.get("/xhr-polling/" + sid);
        turn();
        CHECK(poll->body() == framed({"3:::last", "0::"}));
        CHECK(f.get("/xhr-polling/" + sid)->body() == "7:::1+0");
    });
}

TEST_CASE("a server that stops sends 0.9 clients away in a way that has them come back") {
    Fixture f;
    f.run([&] {
        const auto sid = f.polling();
        const auto poll = f.get("/xhr-polling/" + sid);
        const auto ws = f.websocket("/websocket/" + f.handshake());
        f.endpoint->shut_down();
        CHECK(poll->body() == "7:::1+0");
        CHECK(ws->wire->written.find("0::") == std::string::npos);
        CHECK(f.get("/")->status() == 503);
    });
    CHECK(f.log == Log{"closed: server shutting down", "closed: server shutting down"});
}

TEST_CASE("a 0.9 handshake can be refused, by option, by the app and for want of room") {
    Fixture f;
    f.options.allow_request = [](Environ& environ) -> std::optional<Refusal> {
        if (environ.query()["token"] == "no") return Refusal{"go away"};
        return std::nullopt;
    };
    f.options.max_sessions = 1;
    f.run([&] {
        const auto refused = f.get("/?token=no");
        CHECK(refused->status() == 403);
        CHECK(refused->body() == "go away");
        CHECK(f.get("/?token=no&jsonp=0")->body() == R"(io.j[0](new Error("handshake unauthorized"));)");
        f.handshake();
        CHECK(f.get("/")->status() == 503);
        const auto script = f.get("/?jsonp=0");  // which a status would not tell anything
        CHECK(script->status() == 200);
        CHECK(script->body() == R"(io.j[0](new Error("handshake error"));)");
    });

    Fixture g;
    g.begin = [](const std::shared_ptr<transport::V09Handshake>&, Environ) { return Response(302, "elsewhere"); };
    g.run([&] {
        CHECK(g.get("/")->status() == 302);
        CHECK(g.get("/?jsonp=0")->body() == R"(io.j[0](new Error("handshake error"));)");
    });
}

TEST_CASE("0.9 sessions that no connection carries are so many for an address") {
    Fixture f;
    f.options.max_idle_sessions_per_address = 2;
    f.run([&] {
        const std::string sid = f.handshake();
        f.handshake();
        CHECK(f.get("/")->status() == 503);
        f.get("/xhr-polling/" + sid);  // answered with the greeting
        CHECK(f.get("/")->status() == 503);
        const auto waits = f.get("/xhr-polling/" + sid);
        CHECK(waits->status() == 0);
        CHECK(f.get("/")->status() == 200);
        CHECK(f.get("/")->status() == 503);
    });
}

TEST_CASE("a page of another origin gets no script, and an endpoint that does not serve 0.9 says so") {
    Fixture f;
    f.run([&] {
        const Headers foreign = {{"Sec-Fetch-Site", "cross-site"}, {"Referer", "http://evil.example/page"}};
        CHECK(f.request("GET", "/?jsonp=0", {}, foreign)->status() == 403);
        CHECK(f.request("GET", "/jsonp-polling/" + f.handshake(), {}, foreign)->status() == 403);
        CHECK(f.request("GET", "/?jsonp=0", {}, {{"Sec-Fetch-Site", "same-origin"}})->status() == 200);
    });
    Fixture g;
    g.options.generations = {Generation::eio4};
    g.run([&] { CHECK(g.get("/")->status() == 400); });
}

TEST_CASE("answers to 0.9 clients carry the CORS headers that are configured") {
    Fixture f;
    f.options.cors.allowed_origins = {"http://app.example"};
    f.options.cors.allow_credentials = true;
    f.run([&] {
        const Headers origin = {{"Origin", "http://app.example"}};
        const auto answer = f.request("GET", "/", {}, origin);
        CHECK(answer->header("Access-Control-Allow-Origin") == "http://app.example");
        CHECK(answer->header("Access-Control-Allow-Credentials") == "true");
        const std::string sid = answer->body().substr(0, 20);
        const auto poll = f.request("GET", "/xhr-polling/" + sid, {}, origin);
        turn();
        CHECK(poll->header("Access-Control-Allow-Origin") == "http://app.example");
        CHECK(f.request("OPTIONS", "/xhr-polling/" + sid, {}, origin)->status() == 204);
        const auto other = f.request("GET", "/", {}, {{"Origin", "http://evil.example"}});
        CHECK(other->header("Access-Control-Allow-Origin").empty());
    });
}
