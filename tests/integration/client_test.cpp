// HttpClient and WebSocketClient against SocketIOServer, and against servers that misbehave.

#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>
#include <sio/gevent.hpp>
#include <sio/sio.hpp>

#include <atomic>
#include <cstdio>
#include <memory>
#include <string>
#include <system_error>

#include "client/url.hpp"

using namespace std::chrono_literals;
using sio::client::Url;

namespace {

/// A key and a certificate for `localhost` that vouches for itself, in files.
class Identity {
public:
    Identity() {
        const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
        const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
        X509_set_version(certificate.get(), 2);
        ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
        X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
        X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
        X509_set_pubkey(certificate.get(), key.get());
        auto* subject = X509_get_subject_name(certificate.get());
        X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("test"), -1, -1,
                                   0);
        X509_set_issuer_name(certificate.get(), subject);
        X509_EXTENSION* name = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:localhost");
        X509_add_ext(certificate.get(), name, -1);
        X509_EXTENSION_free(name);
        X509_sign(certificate.get(), key.get(), EVP_sha256());
        write(certificate_file, [&](FILE* file) { PEM_write_X509(file, certificate.get()); });
        write(key_file,
              [&](FILE* file) { PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
    }
    ~Identity() {
        std::remove(certificate_file.c_str());
        std::remove(key_file.c_str());
    }

    std::string certificate_file = "/tmp/sio-client-cert-" + std::to_string(::getpid());
    std::string key_file = "/tmp/sio-client-key-" + std::to_string(::getpid());

private:
    template <class Write>
    static void write(const std::string& path, Write write_to) {
        FILE* file = std::fopen(path.c_str(), "w");
        write_to(file);
        std::fclose(file);
    }
};

sio::Response redirect_to(int status, const std::string& location) {
    sio::Response response(status, "");
    response.headers.set("Location", location);
    return response;
}

sio::Router app() {
    sio::Router router;
    router.get("/hello", [](sio::Environ&) { return sio::Response(200, "hello"); });
    router.post("/echo", [](sio::Environ& environ) { return sio::Response(201, environ.body()); });
    router.get("/headers", [](sio::Environ& environ) {
        return sio::Response(200, std::string(environ.headers().get("User-Agent")) + '|' +
                                      std::string(environ.headers().get("X-Mine")) + '|' +
                                      std::string(environ.headers().get("Authorization")));
    });
    router.get("/large", [](sio::Environ&) { return sio::Response(200, std::string(200'000, 'l')); });
    router.get("/slow", [](sio::Environ&) {
        sio::sleep(10s);
        return sio::Response(200, "late");
    });
    router.get("/moved", [](sio::Environ&) { return redirect_to(302, "/hello"); });
    router.post("/moved", [](sio::Environ&) { return redirect_to(303, "hello"); });
    router.post("/kept", [](sio::Environ&) { return redirect_to(307, "/echo"); });
    router.get("/loop", [](sio::Environ&) { return redirect_to(301, "/loop"); });
    router.get("/ws", [](sio::Environ& environ) {
        sio::WebSocketOptions options;
        options.subprotocols = {"chat.v2", "chat"};
        return sio::websocket(
            environ,
            [](sio::WebSocket& ws) {
                while (auto message = ws.receive()) {
                    if (message->data == "close") return ws.close(3001, "as told");
                    if (message->data == "silence") sio::sleep(10s);
                    ws.send(*message);
                }
            },
            options);
    });
    return router;
}

struct Server {
    explicit Server(sio::TlsOptions tls = {}) : server({"127.0.0.1", 0}, app(), options(std::move(tls))) {
        server.start();
    }
    static sio::ServerOptions options(sio::TlsOptions tls) {
        sio::ServerOptions options;
        options.tls = std::move(tls);
        options.stop_timeout = 100ms;
        return options;
    }
    std::string url(const std::string& scheme, const std::string& host = "127.0.0.1") const {
        return scheme + "://" + host + ':' + std::to_string(server.port());
    }
    sio::SocketIOServer server;
};

}  // namespace

TEST_CASE("URLs are taken apart, and what is none is refused") {
    const Url url = Url::parse("HTTP://Example.org:8080/a/b?q=1#part");
    CHECK(url.scheme == "http");
    CHECK(url.host == "example.org");
    CHECK(url.port == 8080);
    CHECK(url.target == "/a/b?q=1");
    CHECK(url.text() == "http://example.org:8080/a/b?q=1");
    CHECK(Url::parse("https://[::1]?q").text() == "https://[::1]/?q");
    CHECK(Url::parse("wss://h:443").authority() == "h");
    CHECK(Url::parse("http://h:/").port == 80);
    for (const char* bad :
         {"", "h", "/path", "ftp://h", "http://", "http://:80", "http://h:0", "http://h:x", "http://h:70000",
          "http://u:p@h", "http://[::1", "http://[::1]x", "http://h/a b", "http://h/\r\nX: y"}) {
        CAPTURE(bad);
        CHECK_THROWS_AS(Url::parse(bad), sio::Error);
    }
    const Url base = Url::parse("http://h/a/b?q=1");
    CHECK(base.resolve("/x").text() == "http://h/x");
    CHECK(base.resolve("x?y").text() == "http://h/a/x?y");
    CHECK(base.resolve("?y").text() == "http://h/a/b?y");
    CHECK(base.resolve("#f").text() == "http://h/a/b?q=1");
    CHECK(base.resolve("//other/x").text() == "http://other/x");
    CHECK(base.resolve("https://other/?u=http://h").text() == "https://other/?u=http://h");
    CHECK(base.resolve("/?u=http://h").text() == "http://h/?u=http://h");
}

TEST_CASE("requests and answers: methods, bodies, header fields, statuses") {
    const Server server;
    sio::run([&] {
        sio::HttpClient http;
        const std::string base = server.url("http");
        const auto hello = http.fetch(base + "/hello");
        CHECK(hello.ok());
        CHECK(hello.body == "hello");
        CHECK(hello.url == base + "/hello");
        const auto echo = http.fetch(base + "/echo", {.method = "POST", .body = std::string(100'000, 'b')});
        CHECK(echo.status == 201);
        CHECK(echo.body.size() == 100'000);
        CHECK(http.fetch(base + "/headers", {.headers = {{"X-Mine", "yes"}, {"user-agent", "me"}}}).body == "me|yes|");
        CHECK(http.fetch(base + "/headers").body == "sio||");
        const auto head = http.fetch(base + "/large", {.method = "HEAD"});
        CHECK(head.body.empty());
        CHECK(head.headers.get("content-length") == "200000");
        CHECK(http.fetch(base + "/absent").status == 404);
        CHECK_THROWS_AS(http.fetch("ws://h/"), sio::Error);
        CHECK_THROWS_AS(http.fetch(server.url("http") + "/hello", {.method = ""}), sio::Error);
        CHECK_THROWS_AS(http.fetch(server.url("http") + "/hello", {.method = "GET / HTTP/1.1\r\nX:"}), sio::Error);
        CHECK(sio::fetch(base + "/hello").body == "hello");
    });
}

TEST_CASE("redirects are followed as browsers do, up to a limit") {
    const Server server;
    sio::run([&] {
        sio::HttpClient http;
        const std::string base = server.url("http");
        const auto moved = http.fetch(base + "/moved");
        CHECK(moved.body == "hello");
        CHECK(moved.url == base + "/hello");
        CHECK(http.fetch(base + "/moved", {.method = "POST", .body = "x"}).body == "hello");
        CHECK(http.fetch(base + "/kept", {.method = "POST", .body = "again"}).body == "again");
        CHECK(http.fetch(base + "/loop").status == 301);
        sio::HttpClient none({.max_redirects = 0});
        CHECK(none.fetch(base + "/moved").status == 302);
    });
}

TEST_CASE("secrets do not follow a redirect to another origin") {
    const Server target;
    sio::run([&] {
        sio::StreamServer elsewhere({"127.0.0.1", 0}, [&](sio::StreamSocket& socket, const sio::Address&) {
            while (auto line = socket.recv_line()) {
                if (line->empty()) break;
            }
            socket.sendall("HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + target.url("http") +
                           "/headers\r\n\r\n");
        });
        elsewhere.start();
        const std::string url = "http://127.0.0.1:" + std::to_string(elsewhere.port()) + "/";
        CHECK(sio::fetch(url, {.headers = {{"Authorization", "secret"}, {"X-Mine", "kept"}}}).body == "sio|kept|");
    });
}

TEST_CASE("limits: time, size of the body") {
    const Server server;
    sio::run([&] {
        sio::HttpClient http({.timeout = 50ms, .max_body_bytes = 1000});
        CHECK_THROWS_AS(http.fetch(server.url("http") + "/slow"), sio::Timeout);
        try {
            http.fetch(server.url("http") + "/large");
            FAIL("it fitted");
        } catch (const sio::Error& error) {
            CHECK(error.code() == sio::errc::limit_exceeded);
        }
        CHECK(http.fetch(server.url("http") + "/hello").body == "hello");
        CHECK_FALSE(sio::with_timeout(10ms, [&] { http.fetch(server.url("http") + "/slow"); }));
    });
}

TEST_CASE("connections are used again, and a stale one is replaced") {
    sio::run([] {
        int connections = 0;
        int requests = 0;
        sio::StreamServer server({"127.0.0.1", 0}, [&](sio::StreamSocket& socket, const sio::Address&) {
            ++connections;
            // The second connection closes instead of answering its second request.
            for (int served = 0; auto line = socket.recv_line();) {
                if (!line->empty()) continue;
                ++requests;
                if (connections == 2 && ++served == 2) return;
                socket.sendall("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                if (requests == 2) return;  // the first closes after two
            }
        });
        server.start();
        sio::HttpClient http;
        const std::string url = "http://127.0.0.1:" + std::to_string(server.port()) + "/";
        CHECK(http.fetch(url).body == "ok");
        CHECK(http.fetch(url).body == "ok");
        CHECK(connections == 1);
        sio::sleep(5ms);
        CHECK(http.fetch(url).body == "ok");
        CHECK(connections == 2);
        CHECK(http.fetch(url).body == "ok");  // again on a third
        CHECK(connections == 3);
    });
}

TEST_CASE("a server that breaks off, or speaks another protocol, is an error") {
    sio::run([] {
        std::string answer;
        sio::StreamServer server({"127.0.0.1", 0}, [&](sio::StreamSocket& socket, const sio::Address&) {
            socket.recv_line();
            socket.sendall(answer);
        });
        server.start();
        const std::string url = "http://127.0.0.1:" + std::to_string(server.port()) + "/";
        for (const char* broken : {"", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", "HTTP/1.1 200"}) {
            answer = broken;
            CAPTURE(answer);
            CHECK_THROWS_AS(sio::fetch(url), sio::Error);
        }
        answer = "SSH-2.0-OpenSSH\r\n\r\n";
        CHECK_THROWS_AS(sio::fetch(url), std::system_error);
        answer = "HTTP/1.1 200 OK\r\n\r\nuntil the end";
        CHECK(sio::fetch(url).body == "until the end");
        answer = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        CHECK(sio::fetch(url).body == "ok");
    });
}

TEST_CASE("https: the certificate must be trusted and be the host's") {
    const Identity identity;
    const Server server({identity.certificate_file, identity.key_file});
    sio::run([&] {
        sio::HttpClient trusting({.tls = {.ca_file = identity.certificate_file}});
        CHECK(trusting.fetch(server.url("https", "localhost") + "/hello").body == "hello");
        CHECK(trusting.fetch(server.url("https", "localhost") + "/hello").body == "hello");
        CHECK_THROWS_AS(trusting.fetch(server.url("https") + "/hello"), std::system_error);  // another name
        sio::HttpClient strangers;
        CHECK_THROWS_AS(strangers.fetch(server.url("https", "localhost") + "/hello"), std::system_error);
        sio::HttpClient careless({.tls = {.verify = false}});
        CHECK(careless.fetch(server.url("https") + "/hello").body == "hello");
        sio::HttpClient broken({.tls = {.ca_file = "/nonexistent"}});
        CHECK_THROWS_AS(broken.fetch(server.url("https") + "/hello"), std::system_error);
        sio::WebSocketClient ws(server.url("wss", "localhost") + "/ws",
                                {.tls = {.ca_file = identity.certificate_file}});
        ws.send_text("over TLS");
        CHECK(ws.receive()->data == "over TLS");
        ws.close();
    });
}

TEST_CASE("a WebSocket sends and receives text and binary, and agrees on a subprotocol") {
    const Server server;
    sio::run([&] {
        sio::WebSocketClient ws(server.url("ws") + "/ws", {.subprotocols = {"chat", "other"}});
        CHECK(ws.is_open());
        CHECK(ws.subprotocol() == "chat");
        ws.send_text("text");
        const std::string bytes("\0\1", 2);
        ws.send_binary(bytes);
        ws.send({std::string(300'000, 'x'), false});
        CHECK(ws.receive()->data == "text");
        const auto binary = ws.receive();
        CHECK(binary->binary);
        CHECK(binary->data == bytes);
        CHECK(ws.receive()->data.size() == 300'000);
        ws.close(1000, "bye");
        CHECK_FALSE(ws.is_open());
        CHECK(ws.close_code() == 1000);
        CHECK_FALSE(ws.receive());
        CHECK_THROWS_AS(ws.send_text("late"), sio::Error);
        ws.close();
    });
}

TEST_CASE("the server's close is told with code and reason") {
    const Server server;
    sio::run([&] {
        sio::WebSocketClient ws(server.url("ws") + "/ws");
        ws.send_text("close");
        CHECK_FALSE(ws.receive());
        CHECK(ws.close_code() == 3001);
        CHECK(ws.close_reason() == "as told");
    });
}

TEST_CASE("one receives while others send, and close() ends the receiving") {
    const Server server;
    sio::run([&] {
        sio::WebSocketClient ws(server.url("ws") + "/ws");
        int received = 0;
        auto reader = sio::spawn([&] {
            while (ws.receive()) ++received;
        });
        sio::Group senders;
        for (int i = 0; i < 10; ++i) {
            senders.spawn([&] {
                for (int k = 0; k < 20; ++k) ws.send_text("m");
            });
        }
        senders.join();
        while (received < 200) sio::sleep(1ms);
        ws.close();
        CHECK(reader.join(5s));
        CHECK(received == 200);
        CHECK(ws.close_code() == 1000);
    });
}

TEST_CASE("a WebSocket's limits, and servers that are none") {
    const Server server;
    sio::run([&] {
        sio::WebSocketClient ws(server.url("ws") + "/ws", {.max_message_bytes = 100});
        ws.send_text("silence");
        CHECK_THROWS_AS(ws.receive(20ms), sio::Timeout);
        CHECK_FALSE(ws.receive());
        CHECK(ws.close_code() == 1006);
        sio::WebSocketClient small(server.url("ws") + "/ws", {.max_message_bytes = 100});
        small.send_text(std::string(101, 'x'));
        CHECK_FALSE(small.receive());
        CHECK_THROWS_AS(sio::WebSocketClient(server.url("ws") + "/hello"), std::system_error);
        CHECK_THROWS_AS(sio::WebSocketClient(server.url("http") + "/ws"), sio::Error);
        CHECK_THROWS_AS(sio::WebSocketClient("ws://127.0.0.1:1/"), std::system_error);
    });
}
