#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <regex>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <sio/detail/host_stream.hpp>
#include <sio/detail/stack_left.hpp>
#include <sio/sio.hpp>

#include "unit/server/raw_client.hpp"

using namespace std::chrono_literals;
using namespace sio;
using test::RawClient;

namespace {

class Echo : public virtual BaseNamespace {
public:
    static void events(EventTable<Echo>& on) {
        on("stop", [](Echo& self, int how) {
            auto& server = *self.request<SocketIOServer*>();
            if (how == 0) {
                server.stop();
            } else {
                server.request_stop();
            }
        });
    }
};

/// One whose peer has gone already.
int connected_socket() {
    int ends[2];
    // No assertion of doctest's, whose state of a thread UndefinedBehaviorSanitizer takes for a fault.
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0) {
        throw std::system_error(errno, std::generic_category(), "socketpair");
    }
    ::close(ends[1]);
    return ends[0];
}

/// A host's stream whose peer takes what is written when the test says so.
class HeldStream final : public detail::HostStream {
public:
    void write(std::string bytes, std::function<void(bool ok)> done) override {
        done_ = std::move(done);
        written_.set_value(std::move(bytes));
    }
    void read(std::function<void(std::string bytes)>) override {}
    void watch(std::function<void(bool failed)>) override {}
    void unwatch() override {}
    void close() override {}
    bool releasable() const noexcept override { return false; }
    void release(std::function<void(int fd, std::string read_already)> taken) override { taken(-1, {}); }
    void finish(bool) override {}

    std::string written() { return written_.get_future().get(); }
    void take() { std::exchange(done_, nullptr)(true); }  // which holds this stream

private:
    std::promise<std::string> written_;
    std::function<void(bool)> done_;
};

HttpRequest get(std::string target) {
    HttpRequest request;
    request.method = "GET";
    request.target = std::move(target);
    request.headers.set("Host", "localhost");
    return request;
}

// How clients of each generation open a session.
const std::vector<std::string> handshakes = {"/socket.io/?EIO=4&transport=polling",
                                             "/socket.io/?EIO=3&transport=polling", "/socket.io/1/"};

}  // namespace

TEST_CASE("a server may be posted to, asked and given connections by any thread while it stops and starts") {
    ServerOptions options;
    options.workers = 2;
    SocketIOServer server({"127.0.0.1", 0}, [](Environ&) { return Response(200); }, options);
    std::atomic<int> ran{0};
    // In one round: a slow machine closes fewer than are made, and a process has only so many descriptors.
    constexpr int most_adopted = 50;
    std::atomic<int> adopted{0};
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < 2; ++i) {
        threads.emplace_back([&, i](const std::stop_token& over) {
            for (unsigned round = 0; !over.stop_requested(); ++round) {
                try {
                    server.run_on(i, [&] { ++ran; });
                    if (round % 16 == 0 && adopted++ < most_adopted) server.adopt(connected_socket());
                    CHECK(!server.current_worker());
                    static_cast<void>(server.socket_count());
                    // No faster than workers under a sanitizer run jobs: a backlog would have to be worked off by each stop().
                    if (round % 16 == 15) std::this_thread::sleep_for(1ms);
                } catch (const Error& error) {
                    CHECK(error.code() == errc::cannot_start);
                    std::this_thread::yield();
                }
            }
        });
    }
    for (int round = 0; round < 60; ++round) {
        adopted = 0;
        server.start();
        const int before = ran;
        while (ran == before) std::this_thread::yield();
        server.stop(1s);
    }
}

TEST_CASE("a handler or a page may stop the server: its answer arrives, and serve_forever() returns") {
    for (const int how : {0, 1, 2, 3}) {
        CAPTURE(how);
        Namespaces namespaces;
        namespaces.add<Echo>("/");
        std::optional<SocketIOServer> server;
        Router app;
        app.get("/stop", [&](Environ&) {
            if (how == 0) {
                server->stop();
            } else {
                server->request_stop();
            }
            return Response(200, "stopping");
        });
        app.any("/socket.io", [&](Environ& environ) {
            ManageOptions options;
            options.request = &*server;
            return Response(socketio_manage(environ, namespaces, options));
        });
        server.emplace(Address{"127.0.0.1", 0}, app);
        auto served = std::async(std::launch::async, [&] { server->serve_forever(); });
        while (server->port() == 0) std::this_thread::yield();
        if (how < 2) {
            RawClient client(server->port());
            CHECK(client.get("/stop").body == "stopping");
        } else {
            RawClient client(server->port());
            REQUIRE(client.upgrade("/socket.io/?EIO=4&transport=websocket") == 101);
            client.receive();
            client.send_text("40");
            client.receive();
            client.send_text(R"(421["stop",)" + std::to_string(how - 2) + "]");
            CHECK(client.receive() == "431[]");
            CHECK(client.receive() == wire::ws_close_payload(1001));
        }
        REQUIRE(served.wait_for(5s) == std::future_status::ready);
        CHECK(server->port() == 0);
    }
}

TEST_CASE("a watchdog may stop the server that it watches") {
    std::optional<SocketIOServer> server;
    ServerOptions options;
    options.watchdog.limit = 20ms;
    std::promise<void> stopped;
    options.watchdog.on_stall = [&](const Stall& stall) {
        server->stop();
        if (!stall.over) stopped.set_value();
    };
    server.emplace(
        Address{"127.0.0.1", 0},
        [&](Environ&) {
            stopped.get_future().wait();  // keeps the worker to itself
            return Response(200);
        },
        options);
    auto served = std::async(std::launch::async, [&] { server->serve_forever(); });
    while (server->port() == 0) std::this_thread::yield();
    RawClient client(server->port());
    CHECK(client.get("/").status == 200);
    client.raw().close();
    CHECK(served.wait_for(10s) == std::future_status::ready);
}

TEST_CASE("stop() waits for what request_stop() began, and the server starts again afterwards") {
    SocketIOServer server({"127.0.0.1", 0}, [](Environ&) { return Response(200, "page"); });
    server.start();
    server.request_stop();
    server.request_stop();
    server.stop();
    CHECK(server.port() == 0);
    server.start();
    server.request_stop();
    server.start();
    CHECK(RawClient(server.port()).get("/").body == "page");
}

TEST_CASE("a session that the app accepts when the server has begun to stop is refused") {
    for (const std::string& target : handshakes) {
        CAPTURE(target);
        Namespaces namespaces;
        namespaces.add<Echo>("/");
        std::promise<void> asked;
        Event gate;
        SocketIOServer server({"127.0.0.1", 0}, [&](Environ& environ) {
            asked.set_value();
            gate.wait();
            return Response(socketio_manage(environ, namespaces));
        });
        server.start();
        RawClient client(server.port());
        auto answer = std::async(std::launch::async, [&] { return client.get(target); });
        asked.get_future().wait();
        server.request_stop(60s);
        server.run_on(0, [&] { gate.set(); });  // behind it
        CHECK(answer.get().status == 503);
        client.raw().close();
        auto stopped = std::async(std::launch::async, [&] { server.stop(); });
        CHECK(stopped.wait_for(5s) == std::future_status::ready);
    }
}

TEST_CASE("a polling client that is between two polls when the server stops is told with the next one") {
    for (const std::string& target : handshakes) {
        CAPTURE(target);
        Namespaces namespaces;
        namespaces.add<Echo>("/");
        ServerOptions options;
        options.workers = 2;
        SocketIOServer server({"127.0.0.1", 0}, route(namespaces), options);
        server.start();
        RawClient client(server.port());
        RawClient gone(server.port());
        gone.get(target);
        gone.raw().close();
        const std::string opened = client.get(target).body;
        const bool v09 = target.ends_with("/1/");
        const auto at = opened.find("sid\":\"");
        const std::string poll = v09 ? target + "xhr-polling/" + opened.substr(0, opened.find(':'))
                                     : target + "&sid=" + opened.substr(at + 6, 20);
        if (v09) CHECK(client.get(poll).body == "1::");
        if (target.find("EIO=4") != std::string::npos) {
            CHECK(client.request("POST", poll, "40").body == "ok");
            CHECK(client.get(poll).body.starts_with("40"));
        }
        server.request_stop(240s);
        // Nothing is queued: this one is the last.
        const auto last = client.get(poll);
        CHECK(last.status == 200);
        CHECK(last.headers.at("connection") == "close");
        if (v09) {
            CHECK(last.body == "7:::1+0");
        } else {
            CHECK(last.body.ends_with('1'));
        }
        client.raw().close();
        server.stop(0ms);
    }
}

TEST_CASE("a WebSocket of an app's own is not opened when the server has begun to stop") {
    std::promise<void> asked;
    Event gate;
    SocketIOServer server({"127.0.0.1", 0}, [&](Environ& environ) {
        asked.set_value();
        gate.wait();
        return websocket(environ, [](WebSocket& ws) { ws.receive(); });
    });
    server.start();
    RawClient client(server.port());
    auto status = std::async(std::launch::async, [&] { return client.upgrade("/ws"); });
    asked.get_future().wait();
    server.request_stop(60s);
    server.run_on(0, [&] { gate.set(); });  // behind it
    CHECK(status.get() == 503);
}

TEST_CASE("the limit on sessions holds while the app thinks about them, and starts anew with the server") {
    for (const std::string& target : handshakes) {
        CAPTURE(target);
        ServerOptions options;
        options.engine.max_sessions = 2;
        Namespaces namespaces;
        namespaces.add<Echo>("/");
        Event gate;
        std::atomic<int> asked{0};
        SocketIOServer server(
            {"127.0.0.1", 0},
            [&](Environ& environ) {
                ++asked;
                gate.wait();
                return Response(socketio_manage(environ, namespaces));
            },
            options);
        server.start();
        std::vector<std::future<int>> answers;
        for (int i = 0; i < 6; ++i) {
            answers.push_back(
                std::async(std::launch::async, [&] { return RawClient(server.port()).get(target).status; }));
        }
        const auto refused = [&] {
            return std::ranges::count_if(
                answers, [](const auto& answer) { return answer.wait_for(0s) == std::future_status::ready; });
        };
        const auto patience = std::chrono::steady_clock::now() + 10s;
        while (refused() < 4 && std::chrono::steady_clock::now() < patience) std::this_thread::yield();
        CHECK(asked == 2);
        gate.set();
        std::vector<int> statuses;
        for (auto& answer : answers) statuses.push_back(answer.get());
        CHECK(std::ranges::count(statuses, 200) == 2);
        CHECK(std::ranges::count(statuses, 503) == 4);
        server.stop(0ms);
        server.start();
        CHECK(RawClient(server.port()).get(target).status == 200);
        CHECK(RawClient(server.port()).get(target).status == 200);
        CHECK(RawClient(server.port()).get(target).status == 503);
        server.stop(0ms);
    }
}

TEST_CASE("a descriptor that cannot be taken is closed") {
    SocketIOServer server({"127.0.0.1", 0}, [](Environ&) { return Response(200); });
    const int adopted = ::eventfd(0, EFD_CLOEXEC);
    CHECK_THROWS_AS(server.adopt(adopted), Error);
    CHECK(::fcntl(adopted, F_GETFD) == -1);
    const int linked = ::eventfd(0, EFD_CLOEXEC);
    CHECK_THROWS_AS(static_cast<void>(server.make_link(linked)), std::logic_error);
    CHECK(::fcntl(linked, F_GETFD) == -1);
}

TEST_CASE("what is to be said before start() is refused afterwards") {
    SocketIOServer server({"127.0.0.1", 0}, [](Environ&) { return Response(200); });
    server.start();
    CHECK_THROWS_AS(server.listen({"127.0.0.1", 0}), std::logic_error);
    CHECK_THROWS_AS(server.engine_io("/raw", [](EngineSocket&) {}), std::logic_error);
}

TEST_CASE("jobs of run_on() may block, whatever they ask") {
    ServerOptions options;
    options.workers = 2;
    Namespaces namespaces;
    namespaces.add<Echo>("/");
    SocketIOServer server(namespaces, ManageOptions(), options);
    server.listen({"127.0.0.1", 0});
    server.start();
    RawClient client(server.port());
    REQUIRE(client.upgrade("/socket.io/?EIO=4&transport=websocket") == 101);
    client.receive();
    client.send_text("40");
    client.receive();
    for (std::size_t worker = 0; worker < 2; ++worker) {
        std::promise<std::size_t> found;
        server.run_on(worker, [&] {
            sio::sleep(1ms);
            found.set_value(namespaces.of("/").sockets().size());
        });
        CHECK(found.get_future().get() == 1);
    }
}

TEST_CASE("a thread that asks who is there does not wait for a worker that is stuck") {
    Namespaces namespaces;
    namespaces.add<Echo>("/");
    SocketIOServer server(namespaces);
    server.listen({"127.0.0.1", 0});
    server.start();
    CHECK(RawClient(server.port()).get("/socket.io/?EIO=4&transport=polling").status == 200);
    std::promise<void> over;
    server.run_on(0, [&] { over.get_future().wait(); });
    CHECK(namespaces.of("/").sockets().empty());
    over.set_value();
}

TEST_CASE("a server for mounting takes what socketio_manage() would, with headers for its answer") {
    Namespaces namespaces;
    namespaces.add<Echo>("/");
    ManageOptions manage;
    manage.headers = {{"Set-Cookie", "a=b"}, {"X-Own", "c"}};
    SocketIOServer server(namespaces, manage);
    server.listen({"127.0.0.1", 0});
    server.start();
    for (const std::string& target : handshakes) {
        const auto answer = RawClient(server.port()).get(target);
        CHECK(answer.status == 200);
        CHECK(answer.headers.at("set-cookie") == "a=b");
        CHECK(answer.headers.at("x-own") == "c");
    }
}

TEST_CASE("a mounted server waits until its host has carried the last answers") {
    Namespaces namespaces;
    namespaces.add<Echo>("/");
    SocketIOServer server(namespaces);
    server.start();
    const auto handshake = std::make_shared<HeldStream>();
    server.handle(handshake, get("/socket.io/?EIO=4&transport=polling"), true);
    const std::string greeting = handshake->written();
    handshake->take();
    const auto sid = greeting.substr(greeting.find("\"sid\":\"") + 7, 20);
    const auto poll = std::make_shared<HeldStream>();
    server.handle(poll, get("/socket.io/?EIO=4&transport=polling&sid=" + sid), true);
    auto stopped = std::async(std::launch::async, [&] { server.stop(60s); });
    CHECK(poll->written().starts_with("HTTP/1.1 200"));
    CHECK(stopped.wait_for(50ms) == std::future_status::timeout);
    poll->take();
    CHECK(stopped.wait_for(5s) == std::future_status::ready);
}

TEST_CASE("stop() does not wait for a call on another thread; the destructor does") {
    std::promise<void> begun;
    std::promise<void> release;
    std::atomic<bool> unwound{false};
    const auto held = release.get_future().share();
    {
        SocketIOServer server({"127.0.0.1", 0}, [&](Environ&) {
            struct Unwound {
                std::atomic<bool>& flag;
                ~Unwound() { flag = true; }
            } const end{unwound};
            offload([&] {
                begun.set_value();
                held.wait();
            });
            return Response(200);
        });
        server.start();
        RawClient client(server.port());
        client.raw().send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        begun.get_future().wait();
        auto stopped = std::async(std::launch::async, [&] { server.stop(10ms); });
        const bool in_time = stopped.wait_for(30s) == std::future_status::ready;
        if (in_time) {
            CHECK(server.port() == 0);
            CHECK_THROWS_AS(server.post([] {}), Error);
            CHECK_FALSE(unwound);
        }
        release.set_value();
        CHECK(in_time);
    }
    CHECK(unwound);
}

TEST_CASE("options that cannot be are refused, with their names") {
    const auto refusal = [](const ServerOptions& options) -> std::string {
        try {
            SocketIOServer server({"127.0.0.1", 0}, App(), options);
        } catch (const std::invalid_argument& error) {
            return error.what();
        }
        return {};
    };
    ServerOptions options;
    CHECK(options.stack_bytes == 256 * 1024);
    options.stack_bytes = 1000;
    CHECK(refusal(options) == "sio: ServerOptions::stack_bytes must be 16 KiB to 1 GiB, not 1000 bytes");
    options.stack_bytes = 64 * 1024;
    CHECK(refusal(options).empty());
    options.threads.databases = 2000;
    CHECK(refusal(options) == "sio: ServerOptions::threads.databases must be 1 to 1024, not 2000");
}

TEST_CASE("a handler has as large a stack as the server's options say, enough for a regular expression") {
    ServerOptions options;
    options.stack_bytes = 512 * 1024;
    SocketIOServer server(
        {"127.0.0.1", 0},
        [](Environ& environ) {
            const std::string field(environ.form()["field"]);
            const bool matches = !field.empty() && std::regex_match(field, std::regex("(a|b)*"));
            return Response(200, matches && detail::stack_left() > 400 * 1024 ? "fits" : "does not");
        },
        options);
    server.start();
    RawClient client(server.port());
    const auto answer = client.request("POST", "/", "field=" + std::string(300, 'a'),
                                       "Content-Type: application/x-www-form-urlencoded\r\n");
    CHECK(answer.body == "fits");
}
