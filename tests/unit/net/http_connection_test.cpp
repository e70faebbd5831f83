#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit/net/test_server.hpp"

using namespace sio;
using namespace sio::net;
using namespace sio::net::test;

namespace {

std::string post(const std::string& target, const std::string& lines, const std::string& body) {
    return "POST " + target + " HTTP/1.1\r\nHost: test\r\n" + lines + "\r\n" + body;
}

}  // namespace

TEST_CASE("a request is answered and the connection stays open for the next") {
    TestServer server(echoing());
    auto client = server.connect();
    for (int i = 0; i < 3; ++i) {
        client.send(get("/a?" + std::to_string(i)));
        const auto response = client.response();
        CHECK(response.status == 200);
        CHECK(response.body == "GET /a?" + std::to_string(i) + ' ');
        CHECK(response.headers.count("connection") == 0);
        CHECK(response.headers.at("date").size() == 29);
    }
    CHECK(server.shard().counters().accepted.get() == 1);
    CHECK(server.shard().counters().requests.get() == 3);
}

TEST_CASE("the handler sees the whole request and both ends of the connection") {
    HttpRequest seen;
    TestServer server(answering([&](const HttpRequest& request) {
        seen = request;
        return Response(200);
    }));
    auto client = server.connect();
    client.send(post("/a%20b?x=1&y", "Content-Length: 5\r\nX-Two: 1\r\nX-Two: 2\r\nX-Empty:\r\n", "hello"));
    CHECK(client.response().status == 200);
    CHECK(seen.method == "POST");
    CHECK(seen.target == "/a%20b?x=1&y");
    CHECK(seen.path() == "/a%20b");
    CHECK(seen.query_string() == "x=1&y");
    CHECK(seen.version == 11);
    CHECK(seen.body == "hello");
    CHECK(seen.scheme == "http");
    CHECK(seen.headers.count("x-two") == 2);
    CHECK(seen.headers.contains("X-Empty"));
    CHECK(seen.remote_address == "127.0.0.1");
    CHECK(seen.remote_port != 0);
    CHECK(seen.local_address == "127.0.0.1");
    CHECK(seen.local_port == server.port());
}

TEST_CASE("pipelined requests are answered in their order") {
    TestServer server(echoing());
    auto client = server.connect();
    std::string requests;
    for (int i = 0; i < 200; ++i) requests += get("/" + std::to_string(i));
    client.send(requests);
    for (int i = 0; i < 200; ++i) CHECK(client.response().body == "GET /" + std::to_string(i) + ' ');
}

TEST_CASE("a pipelined request waits for an answer that comes later") {
    std::vector<ExchangePtr> waiting;
    TestServer server([&](ExchangePtr exchange) { waiting.push_back(std::move(exchange)); });
    auto client = server.connect();
    client.send(get("/first") + post("/second", "Content-Length: 3\r\n", "abc"));
    REQUIRE(TestServer::eventually([&] { return server.shard().counters().requests.get() == 1; }));
    std::this_thread::sleep_for(20ms);
    server.on_shard([&](Shard&) {
        REQUIRE(waiting.size() == 1);
        waiting[0]->respond(Response(200, "one"));
    });
    REQUIRE(TestServer::eventually([&] { return server.shard().counters().requests.get() == 2; }));
    server.on_shard([&](Shard&) {
        CHECK(waiting[1]->request().target == "/second");
        CHECK(waiting[1]->request().body == "abc");
        waiting[1]->respond(Response(200, "two"));
        waiting.clear();
    });
    CHECK(client.response().body == "one");
    CHECK(client.response().body == "two");
}

TEST_CASE("a request cut at any byte is understood") {
    TestServer server(echoing());
    const std::string request =
        "\r\nPOST /x HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n"
        "5;ext=\"a;b\"\r\nhello\r\n6\r\n world\r\n0\r\nTrailer: dropped\r\n\r\n";
    auto client = server.connect();
    for (std::size_t cut = 1; cut < request.size(); ++cut) {
        client.send(request.substr(0, cut));
        std::this_thread::sleep_for(300us);
        client.send(request.substr(cut));
        const auto response = client.response();
        CHECK_MESSAGE(response.body == "POST /x hello world", "cut at ", cut);
    }
    for (const char byte : request) {
        client.send(std::string(1, byte));
        std::this_thread::sleep_for(200us);
    }
    CHECK(client.response().body == "POST /x hello world");
}

TEST_CASE("HTTP/1.0 closes after the answer unless the client asks to keep the connection") {
    TestServer server(echoing());
    {
        auto client = server.connect();
        client.send("GET / HTTP/1.0\r\n\r\n");
        const auto response = client.response();
        CHECK(response.body == "GET / ");
        CHECK(response.headers.at("connection") == "close");
        CHECK(client.closed_within(1s));
    }
    auto client = server.connect();
    for (int i = 0; i < 2; ++i) {
        client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        CHECK(client.response().headers.at("connection") == "keep-alive");
    }
}

TEST_CASE("Connection: close is honoured from either side") {
    TestServer server(answering([](const HttpRequest& request) {
        Response response(200, "x");
        if (request.target == "/app") {
            response.headers.add("Connection", "foo");
            response.headers.add("Connection", "bar, close");
        }
        return response;
    }));
    auto client = server.connect();
    client.send(get("/", "Connection: foo\r\nConnection: bar, CLOSE\r\n"));
    CHECK(client.response().headers.at("connection") == "close");
    CHECK(client.closed_within(1s));
    client = server.connect();
    client.send(get("/app"));
    CHECK(client.response().headers.at("connection") == "close");
    CHECK(client.closed_within(1s));
}

TEST_CASE("HEAD, 204 and 304 have no body") {
    TestServer server(answering([](const HttpRequest& request) {
        if (request.target == "/stream") {
            return Response::stream("text/plain", [](BodyWriter& body) { body.write("not sent"); });
        }
        return Response(request.target == "/" ? 200 : std::stoi(request.target.substr(1)), "twelve bytes");
    }));
    auto client = server.connect();
    client.send("HEAD / HTTP/1.1\r\nHost: test\r\n\r\n");
    auto response = client.response(true);
    CHECK(response.status == 200);
    CHECK(response.headers.at("content-length") == "12");
    client.send("HEAD /stream HTTP/1.1\r\nHost: test\r\n\r\n");
    CHECK(client.response(true).headers.at("transfer-encoding") == "chunked");
    for (const auto* status : {"204", "304"}) {
        client.send(get(std::string("/") + status));
        response = client.response();
        CHECK(std::to_string(response.status) == status);
        CHECK(response.headers.count("content-length") == 0);
        CHECK(response.headers.count("transfer-encoding") == 0);
    }
    // Nothing was left over that would be taken for the next answer.
    client.send(get("/"));
    CHECK(client.response().body == "twelve bytes");
}

TEST_CASE("Expect: 100-continue gets its answer before the body") {
    TestServer server(echoing());
    auto client = server.connect();
    client.send(post("/", "Content-Length: 4\r\nExpect: 100-continue\r\n", ""));
    CHECK(client.response().status == 100);
    client.send("body");
    CHECK(client.response().body == "POST / body");
    SUBCASE("but not when the body is there already") {
        client.send(post("/", "Content-Length: 4\r\nExpect: 100-continue\r\n", "body"));
        CHECK(client.response().status == 200);
    }
    SUBCASE("nor without a body") {
        client.send(get("/", "Expect: 100-continue\r\n"));
        CHECK(client.response().status == 200);
    }
    SUBCASE("nor for HTTP/1.0") {
        client.send("POST / HTTP/1.0\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
        std::this_thread::sleep_for(20ms);
        client.send("body");
        CHECK(client.response().status == 200);
    }
    SUBCASE("and other expectations are refused") {
        client.send(post("/", "Content-Length: 4\r\nExpect: 200-ok\r\n", ""));
        CHECK(client.response().status == 417);
        CHECK(client.closed_within(1s));
    }
}

TEST_CASE("a target in absolute form becomes origin form, and its authority the Host") {
    std::string host, target;
    TestServer server(answering([&](const HttpRequest& request) {
        host = request.headers.get("Host");
        target = request.target;
        return Response(200);
    }));
    auto client = server.connect();
    client.send("GET http://example.com:8080/a?b HTTP/1.1\r\nHost: other\r\n\r\n");
    CHECK(client.response().status == 200);
    CHECK(host == "example.com:8080");
    CHECK(target == "/a?b");
    client.send("GET http://example.com?b HTTP/1.1\r\nHost: other\r\n\r\n");
    CHECK(client.response().status == 200);
    CHECK(target == "/?b");
    client.send("OPTIONS * HTTP/1.1\r\nHost: other\r\n\r\n");
    CHECK(client.response().status == 200);
    CHECK(target == "*");
}

TEST_CASE("a client that ends its sending side still gets all answers") {
    TestServer server(echoing());
    auto client = server.connect();
    client.send(get("/1") + get("/2"));
    client.half_close();
    CHECK(client.response().body == "GET /1 ");
    CHECK(client.response().body == "GET /2 ");
    CHECK(client.closed_within(1s));
}

TEST_CASE("a client that ends its sending side gets answers that come later") {
    std::vector<ExchangePtr> waiting;
    TestServer server([&](ExchangePtr exchange) { waiting.push_back(std::move(exchange)); });
    auto client = server.connect();
    client.send(get("/1") + get("/2"));
    client.half_close();
    for (std::size_t i = 0; i < 2; ++i) {
        REQUIRE(TestServer::eventually([&] { return server.shard().counters().requests.get() == i + 1; }));
        server.on_shard([&](Shard&) { waiting[i]->respond(Response(200, std::to_string(i))); });
        CHECK(client.response().body == std::to_string(i));
    }
    CHECK(client.closed_within(1s));
    server.on_shard([&](Shard&) { waiting.clear(); });
}

TEST_CASE("a connection that sends half a request and closes is forgotten") {
    TestServer server(echoing());
    for (const auto* part :
         {"", "GET", "GET / HTTP/1.1\r\nHost: x\r\n", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab"}) {
        auto client = server.connect();
        client.send(part);
        std::this_thread::sleep_for(5ms);
        client.half_close();
        CHECK(client.receive_all().empty());
    }
    CHECK(server.all_closed());
    CHECK(server.shard().counters().requests.get() == 0);
}

TEST_CASE("requests are served over IPv6 and over Unix sockets") {
    std::string remote = "none";
    const auto handler = answering([&](const HttpRequest& request) {
        remote = request.remote_address;
        return Response(200, "here");
    });
    {
        TestServer server({.handler = handler, .host = "::1"});
        auto client = Client::tcp(server.port(), "::1");
        client.send(get("/"));
        CHECK(client.response().body == "here");
        CHECK(remote == "::1");
    }
    const std::string path = "/tmp/sio-net-test-" + std::to_string(::getpid()) + ".sock";
    TestServer server({.handler = handler, .host = "unix:" + path});
    auto client = Client::unix_socket(path);
    client.send(get("/"));
    CHECK(client.response().body == "here");
    CHECK(remote.empty());
}

TEST_CASE("an empty host is reached by IPv4 and IPv6 alike") {
    std::string remote;
    TestServer server({.handler = answering([&](const HttpRequest& request) {
                           remote = request.remote_address;
                           return Response(200);
                       }),
                       .host = ""});
    auto v4 = Client::tcp(server.port(), "127.0.0.1");
    v4.send(get("/"));
    CHECK(v4.response().status == 200);
    CHECK(remote == "127.0.0.1");
    auto v6 = Client::tcp(server.port(), "::1");
    v6.send(get("/"));
    CHECK(v6.response().status == 200);
    CHECK(remote == "::1");
}

TEST_CASE("two shards share a port") {
    TestServer server({.shards = 2});
    for (int i = 0; i < 64; ++i) {
        auto client = server.connect();
        client.send(get("/" + std::to_string(i)));
        CHECK(client.response().body == "GET /" + std::to_string(i) + ' ');
    }
    const auto first = server.shard(0).counters().accepted.get();
    const auto second = server.shard(1).counters().accepted.get();
    CHECK(first + second == 64);
    CHECK(first > 0);
    CHECK(second > 0);
}

TEST_CASE("a socket from elsewhere is served, with what was read from it") {
    TestServer server(echoing());
    int pair[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    Client client{FileDescriptor(pair[0])};
    const auto request = get("/adopted");
    server.on_shard([&](Shard& shard) { shard.adopt(FileDescriptor(pair[1]), request.substr(0, 10)); });
    client.send(request.substr(10));
    CHECK(client.response().body == "GET /adopted ");
}
