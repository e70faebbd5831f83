#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <future>
#include <stdexcept>

#include <sio/error.hpp>
#include <sio/greenlet.hpp>
#include <sio/offload.hpp>

#include "greenlet/worker.hpp"
#include "unit/net/test_server.hpp"

using namespace sio;
using namespace sio::net;
using namespace sio::net::test;

namespace {

/// A file that is removed with this object.
class TemporaryFile {
public:
    explicit TemporaryFile(const std::string& content)
        : path_("/tmp/sio-net-test-" + std::to_string(::getpid()) + ".data") {
        std::ofstream(path_, std::ios::binary) << content;
    }
    ~TemporaryFile() { std::remove(path_.c_str()); }
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

std::string numbered(std::size_t size) {
    std::string text;
    for (int i = 0; text.size() < size; ++i) text += std::to_string(i) + ' ';
    text.resize(size);
    return text;
}

Response file_response(const std::string& path, std::uint64_t offset, std::uint64_t length) {
    Response response(200);
    response.file = std::make_shared<const FileBody>(FileBody{path, offset, length});
    return response;
}

}  // namespace

TEST_CASE("bodies of every size arrive whole") {
    const auto body = numbered(3'000'000);
    TestServer server(answering([&](const HttpRequest& request) {
        return Response(200, body.substr(0, std::stoul(request.target.substr(1))));
    }));
    auto client = server.connect();
    for (const std::size_t size : {0, 1, 511, 512, 513, 3900, 4096, 4097, 8192, 65536, 3'000'000}) {
        client.send(get("/" + std::to_string(size)));
        const auto response = client.response();
        CHECK(response.body.size() == size);
        CHECK(response.body == body.substr(0, size));
    }
}

TEST_CASE("a slow reader gets a large answer whole") {
    const auto body = numbered(3'000'000);
    TestServer server(answering([&](const HttpRequest&) { return Response(200, body); }));
    auto client = Client::slow_tcp(server.port());
    client.send(get("/1") + get("/2"));
    std::this_thread::sleep_for(50ms);
    CHECK(client.response().body == body);
    CHECK(client.response().body == body);
}

TEST_CASE("an answer that ends the connection arrives whole") {
    const auto body = numbered(3'000'000);
    TestServer server(answering([&](const HttpRequest&) { return Response(200, body); }));
    auto client = Client::slow_tcp(server.port());
    // What is sent behind it is discarded, and must not turn the end into a reset.
    client.send(get("/", "Connection: close\r\n") + get("/ignored"));
    std::this_thread::sleep_for(50ms);
    CHECK(client.response().body == body);
    CHECK(client.closed_within(1s));
    CHECK_FALSE(client.was_reset());
}

TEST_CASE("the framing headers are the server's") {
    TestServer server(answering([](const HttpRequest&) {
        Response response(200, "body");
        response.headers.set("Content-Length", "1000");
        response.headers.set("Transfer-Encoding", "chunked");
        response.headers.set("Date", "never");
        response.headers.set("Keep-Alive", "timeout=5");
        response.headers.add("Set-Cookie", "a=1");
        response.headers.add("Set-Cookie", "b=2");
        return response;
    }));
    auto client = server.connect();
    client.send(get("/"));
    const auto response = client.response();
    CHECK(response.body == "body");
    CHECK(response.headers.at("content-length") == "4");
    CHECK(response.headers.count("transfer-encoding") == 0);
    CHECK(response.headers.count("keep-alive") == 0);
    CHECK(response.headers.at("date") != "never");
    CHECK(response.head.find("Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n") != std::string::npos);
}

TEST_CASE("a response that would split never leaves") {
    std::pair<std::string, std::string> field;
    TestServer server(answering([&](const HttpRequest&) {
        Response response(200, "body");
        response.headers.add(field.first, field.second);
        return response;
    }));
    const auto set_field = [&](std::string_view name, std::string_view value) {
        server.on_shard([&](Shard&) { field = std::pair(name, value); });
    };
    // These do not even get into Headers: the handler fails, and its client gets no answer.
    for (const auto& [name, value] : {std::pair<std::string, std::string>{"X", "a\r\nSet-Cookie: evil=1"},
                                      {"X", "a\nb"},
                                      {"X", "a\rb"},
                                      {"X", std::string("a\0b", 3)},
                                      {"X\r\nY", "a"},
                                      {"X Y", "a"},
                                      {"", "a"}}) {
        set_field(name, value);
        auto client = server.connect();
        client.send(get("/"));
        CHECK(client.receive_all().empty());
    }
    auto client = server.connect();
    for (const auto* value : {"a\x01", "\x1b[0m", "\x7f"}) {
        set_field("X", value);
        client.send(get("/"));
        const auto response = client.response();
        CHECK(response.status == 500);
        CHECK(response.head.find("X: ") == std::string::npos);
    }
    field = {"X", "tab\tand \xe9 are fine"};
    client.send(get("/"));
    CHECK(client.response().headers.at("x") == field.second);
}

TEST_CASE("a status outside of 200 to 599 is replaced by 500") {
    TestServer server(
        answering([&](const HttpRequest& request) { return Response(std::stoi(request.target.substr(1))); }));
    auto client = server.connect();
    for (const auto* status : {"0", "-1", "99", "100", "101", "199", "600", "1000"}) {
        client.send(get(std::string("/") + status));
        CHECK(client.response().status == 500);
    }
    for (const auto* status : {"200", "299", "418", "599"}) {
        client.send(get(std::string("/") + status));
        CHECK(client.response().status == std::stoi(status));
    }
}

TEST_CASE("a streamed body is chunked, and the connection goes on") {
    TestServer server(answering([](const HttpRequest&) {
        return Response::stream("text/plain", [](BodyWriter& body) {
            body.write("one ");
            body.write("");
            sio::sleep(20ms);
            body.write("two ");
            body.write(std::string(100'000, 'x'));
        });
    }));
    auto client = server.connect();
    client.send(get("/1") + get("/2"));
    for (int i = 0; i < 2; ++i) {
        const auto response = client.response();
        CHECK(response.headers.at("transfer-encoding") == "chunked");
        CHECK(response.headers.at("content-type") == "text/plain");
        CHECK(response.complete);
        CHECK(response.body == "one two " + std::string(100'000, 'x'));
    }
}

TEST_CASE("a streamed body ends with the connection in HTTP/1.0") {
    TestServer server(answering([](const HttpRequest&) {
        return Response::stream("text/plain", [](BodyWriter& body) { body.write("all of it"); });
    }));
    auto client = server.connect();
    client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    const auto response = client.response();
    CHECK(response.headers.at("connection") == "close");
    CHECK(response.headers.count("transfer-encoding") == 0);
    CHECK(response.body == "all of it");
    CHECK(response.complete);
}

TEST_CASE("a stream that fails is cut, so that the client can tell") {
    TestServer server(answering([](const HttpRequest&) {
        return Response::stream("text/plain", [](BodyWriter& body) {
            body.write("half");
            sio::sleep(20ms);
            throw std::runtime_error("no more");
        });
    }));
    for (const auto* version : {"1.1", "1.0"}) {
        auto client = server.connect();
        client.send(std::string("GET / HTTP/") + version + "\r\nHost: a\r\n\r\n");
        const auto response = client.response();
        CHECK(response.status == 200);
        CHECK_FALSE(response.complete);
        CHECK(client.was_reset());
    }
    CHECK(server.all_closed());
}

TEST_CASE("a stream waits for a slow client and stops when it leaves") {
    std::atomic<std::size_t> written{0};
    std::atomic<bool> stopped{false};
    TestServer server(answering([&](const HttpRequest&) {
        return Response::stream("text/plain", [&](BodyWriter& body) {
            try {
                for (;;) {
                    body.write(std::string(10'000, 'x'));
                    written += 10'000;
                }
            } catch (const Error& error) {
                stopped = error.code() == errc::connection_closed;
                throw;
            }
        });
    }));
    auto client = Client::slow_tcp(server.port());
    client.send(get("/"));
    std::size_t settled = 0;
    CHECK(TestServer::eventually([&] {
        std::this_thread::sleep_for(50ms);
        return std::exchange(settled, written) == written && settled != 0;
    }));
    const auto before = written.load();
    CHECK(client.receive_exactly(4'000'000).size() == 4'000'000);
    CHECK(TestServer::eventually([&] { return written > before; }));
    client.reset();
    CHECK(TestServer::eventually([&] { return stopped.load(); }));
    CHECK(server.all_closed());
}

TEST_CASE("a fast client does not keep others waiting") {
    TestServer server(answering([](const HttpRequest& request) {
        if (request.target == "/") return Response(200, "quick");
        return Response::stream("text/plain", [](BodyWriter& body) {
            for (;;) body.write(std::string(20'000, 'x'));
        });
    }));
    auto greedy = server.connect();
    greedy.send(get("/stream"));
    std::atomic<bool> done{false};
    std::thread reader([&] {
        while (!done) greedy.receive();
    });
    for (int i = 0; i < 20; ++i) {
        auto client = server.connect();
        client.send(get("/"));
        CHECK(client.response().body == "quick");
    }
    done = true;
    reader.join();
}

TEST_CASE("a range of a file is sent") {
    const auto content = numbered(1'000'000);
    const TemporaryFile file(content);
    std::uint64_t offset = 0, length = 0;
    TestServer server(answering([&](const HttpRequest&) { return file_response(file.path(), offset, length); }));
    auto client = server.connect();
    for (const auto& [from, size] : {std::pair<std::uint64_t, std::uint64_t>{0, 1'000'000},
                                     {0, 0},
                                     {0, 10},
                                     {999'999, 1},
                                     {65'530, 131'072},
                                     {1'000'000, 0}}) {
        offset = from;
        length = size;
        client.send(get("/"));
        const auto response = client.response();
        CHECK(response.status == 200);
        CHECK(response.headers.at("content-length") == std::to_string(size));
        CHECK(response.body == content.substr(from, size));
        client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
        CHECK(client.response(true).headers.at("content-length") == std::to_string(size));
    }
}

TEST_CASE("a file that cannot be sent is answered 500, and the connection goes on") {
    const TemporaryFile file("short");
    Response answer;
    TestServer server(answering([&](const HttpRequest&) { return answer; }));
    auto client = server.connect();
    for (const auto& bad :
         {file_response("/nonexistent/file", 0, 5), file_response("/tmp", 0, 5), file_response(file.path(), 0, 6),
          file_response(file.path(), 6, 0), file_response(file.path(), 1, ~std::uint64_t{0})}) {
        answer = bad;
        client.send(get("/"));
        CHECK(client.response().status == 500);
    }
    answer = file_response(file.path(), 0, 5);
    client.send(get("/"));
    CHECK(client.response().body == "short");
}

TEST_CASE("an answer whose greenlet is killed before it has begun closes the connection") {
    const TemporaryFile file("never sent");
    TestServer server(answering([&](const HttpRequest&) { return file_response(file.path(), 0, 10); }));
    std::promise<void> gate;
    const auto opened = gate.get_future().share();
    server.on_shard([&](Shard& shard) {
        // All threads for files are busy: the file is not opened yet.
        for (std::size_t i = 0; i < greenlet::LoopOptions().threads.files; ++i) {
            shard.loop().enter([opened] { detail::offload_step(detail::PoolPurpose::files, [&] { opened.wait(); }); });
        }
    });
    auto client = server.connect();
    client.send(get("/"));
    REQUIRE(TestServer::eventually([&] { return server.shard().counters().requests.get() == 1; }));
    server.on_shard([](Shard& shard) {
        shard.loop().for_each_greenlet(
            [](const greenlet::Worker& worker) { const_cast<greenlet::Worker&>(worker).kill(); });
    });
    gate.set_value();
    CHECK(client.closed_within(3s));
    CHECK(server.all_closed());
}

TEST_CASE("a file that becomes shorter while it is sent cuts the answer") {
    const TemporaryFile file(std::string(8'000'000, 'x'));
    TestServer server(answering([&](const HttpRequest&) { return file_response(file.path(), 0, 8'000'000); }));
    auto client = Client::slow_tcp(server.port());
    client.send(get("/"));
    CHECK(client.receive_exactly(1000).size() == 1000);
    REQUIRE(::truncate(file.path().c_str(), 1000) == 0);
    CHECK(client.receive_all().size() < 8'000'000);
    CHECK(server.all_closed());
}
