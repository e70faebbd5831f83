// StreamSocket, create_connection, StreamServer.

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <sio/greenlet.hpp>
#include <sio/resolve.hpp>
#include <sio/stream_server.hpp>

#include <cerrno>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "support/eventually.hpp"

using namespace std::chrono_literals;

namespace {

void echo_lines(sio::StreamSocket& socket, const sio::Address&) {
    while (auto line = socket.recv_line()) socket.sendall(*line + '\n');
}

/// How many of the next sockets the system does not watch.
int unwatched = 0;

}  // namespace

/// In front of the C library's, for the whole program.
extern "C" int epoll_ctl(int epoll, int operation, int descriptor, ::epoll_event* event) noexcept {
    if (operation == EPOLL_CTL_ADD && unwatched > 0) {
        --unwatched;
        errno = ENOSPC;
        return -1;
    }
    return static_cast<int>(::syscall(SYS_epoll_ctl, epoll, operation, descriptor, event));
}

TEST_CASE("a server goes on accepting after a connection that the system could not watch") {
    sio::run([] {
        sio::StreamServer server({"127.0.0.1", 0}, echo_lines);
        server.start();
        const int refused = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(server.port());
        REQUIRE(::connect(refused, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
        unwatched = 1;
        CHECK(eventually([] { return unwatched == 0; }));
        char byte = 0;
        CHECK(::recv(refused, &byte, 1, 0) == 0);
        ::close(refused);
        auto client = sio::create_connection({"127.0.0.1", server.port()});
        client.sendall("still there\n");
        CHECK(client.recv_line() == "still there");
    });
}

TEST_CASE("greenlets that read from one socket at once see what came, and nothing else") {
    sio::run([] {
        sio::StreamServer server({"127.0.0.1", 0}, echo_lines);
        server.start();
        auto client = sio::create_connection({"127.0.0.1", server.port()});
        std::string got;
        auto line = sio::spawn([&] { client.recv_line(); });
        sio::sleep(1ms);
        auto rest = sio::spawn([&] { got = client.recv(); });
        sio::sleep(1ms);
        CHECK(got.empty());
        client.sendall("one\n");
        CHECK(eventually([&] { return line.ready() || rest.ready(); }));
        client.sendall("two\n");
        CHECK(eventually([&] { return line.ready() && rest.ready(); }));
        CHECK(got.find('\0') == std::string::npos);
    });
}

TEST_CASE("a server greets its client, over IPv4 and IPv6") {
    for (const char* host : {"127.0.0.1", "::1"}) {
        CAPTURE(host);
        sio::run([&] {
            sio::Address seen;
            sio::StreamServer server({host, 0}, [&](sio::StreamSocket& socket, const sio::Address& peer) {
                seen = peer;
                socket.sendall("hello");
            });
            server.start();
            CHECK(server.port() != 0);
            auto client = sio::create_connection({host, server.port()});
            CHECK(client.recv_exactly(5) == "hello");
            CHECK(client.recv().empty());
            CHECK(client.local() == seen);
            CHECK(client.peer() == sio::Address{host, server.port()});
        });
    }
}

TEST_CASE("a Unix socket serves, replaces what a dead server left, and is removed") {
    const std::string path = "/tmp/sio-socket-" + std::to_string(::getpid());
    sio::run([&] {
        for (int i = 0; i < 2; ++i) {
            sio::StreamServer server({"unix:" + path}, echo_lines);
            server.start();
            sio::StreamServer second({"unix:" + path}, echo_lines);
            CHECK_THROWS_AS(second.start(), sio::Error);
            auto client = sio::create_connection({"unix:" + path});
            client.sendall("a\r\nb\nrest");
            client.shutdown();
            CHECK(client.recv_line() == "a");
            CHECK(client.recv_line() == "b");
            CHECK(client.recv_line() == "rest");
            CHECK_FALSE(client.recv_line());
            server.stop();
            CHECK_FALSE(std::filesystem::exists(path));
        }
        CHECK_THROWS_AS(sio::create_connection({"unix:" + std::string(200, 'x')}), std::system_error);
    });
}

TEST_CASE("much data passes in both directions while each side blocks") {
    sio::run([] {
        const std::string much(3'000'000, 'm');
        sio::StreamServer server({"127.0.0.1", 0}, [&](sio::StreamSocket& socket, const sio::Address&) {
            CHECK(socket.recv_exactly(much.size()) == much);
            socket.sendall(much);
        });
        server.start();
        auto client = sio::create_connection({"127.0.0.1", server.port()});
        auto sender = sio::spawn([&] { client.sendall(much); });
        std::string got;
        for (std::string part; !(part = client.recv()).empty();) got += part;
        CHECK(got == much);
        sender.get();
        CHECK(client.send("x") == 1);
    });
}

TEST_CASE("recv, recv_line and recv_exactly share what has arrived") {
    sio::run([] {
        sio::StreamServer server(
            {"127.0.0.1", 0}, [](sio::StreamSocket& socket, const sio::Address&) { socket.sendall("line\nabcdefgh"); });
        server.start();
        auto client = sio::create_connection({"127.0.0.1", server.port()});
        CHECK(client.recv_line() == "line");
        CHECK(client.recv_exactly(2) == "ab");
        CHECK(client.recv(3) == "cde");
        CHECK_THROWS_AS(client.recv_exactly(10), sio::Error);
    });
}

TEST_CASE("a time limit ends a call and leaves the socket usable") {
    sio::run([] {
        sio::StreamServer server({"127.0.0.1", 0}, echo_lines);
        server.start();
        auto client = sio::create_connection({"127.0.0.1", server.port()}, 1min);
        client.set_timeout(2ms);
        CHECK_THROWS_AS(client.recv(), sio::Timeout);
        CHECK_THROWS_AS(client.recv_line(), sio::Timeout);
        client.set_timeout(sio::forever);
        client.sendall("still there\n");
        CHECK(client.recv_line() == "still there");
        CHECK_FALSE(sio::with_timeout(2ms, [&] { client.recv(); }));
    });
}

TEST_CASE("close() wakes who waits; a closed socket says so") {
    sio::run([] {
        sio::StreamServer server({"127.0.0.1", 0}, echo_lines);
        server.start();
        auto client = sio::create_connection({"127.0.0.1", server.port()});
        auto reader = sio::spawn([&] { client.recv(); });
        sio::sleep(1ms);
        client.close();
        client.close();
        CHECK_THROWS_AS(reader.get(), sio::Error);
        CHECK_FALSE(client.is_open());
        CHECK(client.native_handle() == -1);
        CHECK_THROWS_AS(client.send("x"), sio::Error);
        CHECK_THROWS_AS(sio::StreamSocket().recv(), sio::Error);
    });
}

TEST_CASE("a killed greenlet leaves its read, and the socket may be read on") {
    sio::run([] {
        sio::StreamServer server({"127.0.0.1", 0}, echo_lines);
        server.start();
        auto client = sio::create_connection({"127.0.0.1", server.port()});
        auto reader = sio::spawn([&] { client.recv(); });
        sio::sleep(1ms);
        reader.kill();
        client.sendall("x\n");
        CHECK(client.recv_line() == "x");
    });
}

TEST_CASE("nobody there, no such name, not an address") {
    sio::run([] {
        std::uint16_t port;
        {
            sio::StreamServer server({"127.0.0.1", 0}, echo_lines);
            server.start();
            port = server.port();
        }
        try {
            sio::create_connection({"127.0.0.1", port});
            FAIL("connected");
        } catch (const std::system_error& error) {
            CHECK(error.code() == std::errc::connection_refused);
            CHECK(std::string(error.what()).starts_with("connect to 127.0.0.1:"));
        }
        CHECK_THROWS_AS(sio::create_connection({"unix:/nonexistent/socket"}), std::system_error);
    });
    CHECK_THROWS_AS(sio::create_connection({"127.0.0.1", 1}), sio::Error);
}

TEST_CASE("a pool bounds how many connections are served at a time") {
    sio::run([] {
        sio::Pool pool(2);
        int now = 0;
        int most = 0;
        sio::StreamServer server(
            {"127.0.0.1", 0},
            [&](sio::StreamSocket& socket, const sio::Address&) {
                most = std::max(most, ++now);
                socket.recv_line();
                sio::sleep(1ms);
                --now;
                socket.sendall("done\n");
            },
            pool);
        server.start();
        sio::Group clients;
        int done = 0;
        for (int i = 0; i < 6; ++i) {
            clients.spawn([&] {
                auto client = sio::create_connection({"127.0.0.1", server.port()});
                client.sendall("go\n");
                done += client.recv_line() == "done";
            });
        }
        CHECK(clients.join(1min));
        CHECK(done == 6);
        CHECK(most == 2);
    });
}

TEST_CASE("stop() ends serve_forever(), waits for connections and kills what is left") {
    sio::run([] {
        bool begun = false;
        bool unwound = false;
        sio::StreamServer server({"127.0.0.1", 0}, [&](sio::StreamSocket& socket, const sio::Address&) {
            begun = true;
            struct Note {
                bool& flag;
                ~Note() { flag = true; }
            } note{unwound};
            socket.recv();
        });
        server.start();
        auto serving = sio::spawn([&] { server.serve_forever(); });
        auto client = sio::create_connection({"127.0.0.1", server.port()});
        CHECK(eventually([&] { return begun; }));
        server.stop(2ms);
        CHECK(serving.join(1min));
        CHECK(unwound);
        CHECK(client.recv().empty());
        server.start();  // again, on another port
        auto again = sio::create_connection({"127.0.0.1", server.port()});
        CHECK(again.is_open());
    });
}

TEST_CASE("a handler may stop its server: others end, it goes on, and serve_forever() returns") {
    sio::run([] {
        sio::Event others;
        std::string log;
        sio::StreamServer* running = nullptr;
        sio::StreamServer server({"127.0.0.1", 0}, [&](sio::StreamSocket& socket, const sio::Address&) {
            struct End {
                std::string& log;
                ~End() { log += "end;"; }
            } const end{log};
            if (socket.recv_line() == "stop") {
                running->stop(1ms);
                log += "stopped;";
                return;
            }
            others.set();
            sio::sleep(sio::forever);
        });
        running = &server;
        server.start();
        auto waits = sio::create_connection({"127.0.0.1", server.port()});
        waits.sendall("wait\n");
        others.wait();
        auto stops = sio::create_connection({"127.0.0.1", server.port()});
        stops.sendall("stop\n");
        server.serve_forever();
        CHECK(stops.recv(1).empty());
        CHECK(log == "end;stopped;end;");
    });
}

TEST_CASE("of several addresses the first that answers is taken; a failure names the whole") {
    sio::run([] {
        // localhost has 127.0.0.1, and ::1 where there is IPv6: the server listens at one of them only.
        const auto addresses = sio::resolve({"localhost", 1});
        for (const sio::Address& each : addresses) {
            sio::StreamServer server({each.host, 0}, echo_lines);
            server.start();
            auto socket = sio::create_connection({"localhost", server.port()}, 30s);
            CHECK(socket.peer().host == each.host);
        }
        std::uint16_t unused = 0;
        {
            sio::StreamServer server({"127.0.0.1", 0}, echo_lines);
            server.start();
            unused = server.port();
        }
        try {
            sio::create_connection({"localhost", unused}, 30s);
            FAIL("somebody is there");
        } catch (const std::system_error& error) {
            CHECK(error.code() == std::errc::connection_refused);
            CHECK(std::string(error.what()).starts_with("connect to localhost:"));
        }
    });
}
