#include <doctest/doctest.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>

#include <sio/error.hpp>

#include "unit/net/test_server.hpp"

using namespace sio;
using namespace sio::net;
using namespace sio::net::test;

namespace {

/// A file that is removed with this object.
struct TemporaryFile {
    explicit TemporaryFile(const char* name) : path("/tmp/sio-tls-test-" + std::to_string(::getpid()) + '-' + name) {}
    ~TemporaryFile() { std::remove(path.c_str()); }
    const std::string path;
};

/// A new key and a certificate for it, in files.
struct Identity {
    explicit Identity(const char* name, const char* password = nullptr)
        : chain(name), key((std::string(name) + ".key").c_str()) {
        const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> pair(EVP_EC_gen("P-256"), EVP_PKEY_free);
        const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
        X509_set_version(certificate.get(), 2);
        ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
        X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
        X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
        X509_set_pubkey(certificate.get(), pair.get());
        auto* subject = X509_get_subject_name(certificate.get());
        X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"), -1,
                                   -1, 0);
        X509_set_issuer_name(certificate.get(), subject);
        X509_sign(certificate.get(), pair.get(), EVP_sha256());
        auto* file = std::fopen(chain.path.c_str(), "w");
        PEM_write_X509(file, certificate.get());
        std::fclose(file);
        file = std::fopen(key.path.c_str(), "w");
        const auto* cipher = password != nullptr ? EVP_aes_128_cbc() : nullptr;
        PEM_write_PKCS8PrivateKey(file, pair.get(), cipher, password, password != nullptr ? 4 : 0, nullptr, nullptr);
        std::fclose(file);
    }
    TlsFiles files() const { return {chain.path, key.path}; }
    TemporaryFile chain;
    TemporaryFile key;
};

/// A blocking TLS client.
class TlsClient {
public:
    explicit TlsClient(std::uint16_t port, int max_version = 0, std::string_view alpn = {}) : raw_(Client::tcp(port)) {
        SSL_CTX_set_verify(context_.get(), SSL_VERIFY_NONE, nullptr);
        if (max_version != 0) {
            SSL_CTX_set_security_level(context_.get(), 0);
            SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
            SSL_CTX_set_max_proto_version(context_.get(), max_version);
        }
        ssl_.reset(SSL_new(context_.get()));
        ::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to sockets without MSG_NOSIGNAL
        SSL_set_fd(ssl_.get(), raw_.fd());
        if (!alpn.empty()) {
            SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char*>(alpn.data()),
                                static_cast<unsigned>(alpn.size()));
        }
    }
    bool handshake() { return SSL_connect(ssl_.get()) == 1; }
    bool send(std::string_view bytes) {
        return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) == static_cast<int>(bytes.size());
    }
    std::string receive_exactly(std::size_t size) {
        std::string bytes(size, '\0');
        std::size_t filled = 0;
        while (filled < size) {
            last_ = SSL_read(ssl_.get(), bytes.data() + filled, static_cast<int>(size - filled));
            if (last_ <= 0) break;
            filled += static_cast<std::size_t>(last_);
        }
        bytes.resize(filled);
        return bytes;
    }
    /// Status and body of an answer with a length.
    std::pair<int, std::string> response() {
        std::string head;
        while (head.find("\r\n\r\n") == std::string::npos) {
            const auto byte = receive_exactly(1);
            if (byte.empty()) return {0, head};
            head += byte;
        }
        const auto at = head.find("Content-Length: ");
        const auto length = at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
        return {std::stoi(head.substr(9, 3)), receive_exactly(length)};
    }
    /// Whether the stream ends here, and in order: with close_notify.
    bool ended_in_order() {
        return receive_exactly(1).empty() && SSL_get_error(ssl_.get(), last_) == SSL_ERROR_ZERO_RETURN;
    }
    SSL* ssl() { return ssl_.get(); }
    Client& raw() { return raw_; }

private:
    Client raw_;
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{SSL_CTX_new(TLS_client_method()), SSL_CTX_free};
    std::unique_ptr<SSL, decltype(&SSL_free)> ssl_{nullptr, SSL_free};
    int last_ = 0;
};

std::shared_ptr<const TlsContext> shared_context() {
    static const Identity identity("server");
    static const auto context = std::make_shared<const TlsContext>(identity.files());
    return context;
}

std::string failure(const TlsFiles& files) {
    try {
        TlsContext context(files);
    } catch (const Error& error) {
        CHECK(error.code() == errc::cannot_start);
        const std::string line = error.what();
        CHECK(line.find('\n') == std::string::npos);
        return line;
    }
    return "usable";
}

}  // namespace

TEST_CASE("requests are served over TLS 1.2 and 1.3") {
    std::string scheme;
    TestServer server({.handler = answering([&](const HttpRequest& request) {
                           scheme = request.scheme;
                           return Response(200, "body of " + request.target);
                       }),
                       .tls = shared_context()});
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        TlsClient client(server.port(), version);
        REQUIRE(client.handshake());
        CHECK(SSL_version(client.ssl()) == version);
        for (const auto* target : {"/1", "/2"}) {
            CHECK(client.send(get(target)));
            CHECK(client.response() == std::pair(200, std::string("body of ") + target));
        }
        CHECK(scheme == "https");
    }
}

TEST_CASE("older versions of TLS are refused") {
    TestServer server({.tls = shared_context()});
    for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) {
        TlsClient client(server.port(), version);
        CHECK_FALSE(client.handshake());
    }
    CHECK(server.all_closed());
    CHECK(server.shard().counters().tls_errors.get() == 2);
}

TEST_CASE("ALPN settles on http/1.1 or fails") {
    TestServer server({.tls = shared_context()});
    using namespace std::string_view_literals;
    {
        TlsClient client(server.port(), 0, "\x02h2\x08http/1.1"sv);
        REQUIRE(client.handshake());
        const unsigned char* chosen = nullptr;
        unsigned size = 0;
        SSL_get0_alpn_selected(client.ssl(), &chosen, &size);
        CHECK(std::string_view(reinterpret_cast<const char*>(chosen), size) == "http/1.1");
        CHECK(client.send(get("/")));
        CHECK(client.response().first == 200);
    }
    TlsClient client(server.port(), 0, "\x02h2"sv);
    CHECK_FALSE(client.handshake());
}

TEST_CASE("large bodies pass through TLS in both directions") {
    TestServer server({.handler = answering([](const HttpRequest& request) { return Response(200, request.body); }),
                       .body_limit = [](const HttpRequest&) { return std::size_t{10'000'000}; },
                       .tls = shared_context()});
    TlsClient client(server.port());
    REQUIRE(client.handshake());
    std::string body;
    for (int i = 0; body.size() < 3'000'000; ++i) body += std::to_string(i);
    for (int i = 0; i < 2; ++i) {
        CHECK(client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n"));
        CHECK(client.send(body));
        CHECK(client.response() == std::pair(200, body));
    }
}

TEST_CASE("a TLS stream ends with close_notify behind the last bytes") {
    const std::string body(2'000'000, 'x');
    TestServer server(
        {.handler = answering([&](const HttpRequest&) { return Response(200, body); }), .tls = shared_context()});
    TlsClient client(server.port());
    REQUIRE(client.handshake());
    CHECK(client.send(get("/", "Connection: close\r\n")));
    std::this_thread::sleep_for(20ms);
    CHECK(client.response().second == body);
    CHECK(client.ended_in_order());
}

TEST_CASE("a TLS client's end is noticed, in order or not") {
    std::atomic<int> abandoned{0};
    std::vector<ExchangePtr> held;
    TestServer server({.handler =
                           [&](ExchangePtr exchange) {
                               exchange->on_abandoned([&] { ++abandoned; });
                               held.push_back(std::move(exchange));
                           },
                       .tls = shared_context()});
    for (int i = 1; i <= 2; ++i) {
        TlsClient client(server.port());
        REQUIRE(client.handshake());
        CHECK(client.send(get("/")));
        REQUIRE(TestServer::eventually(
            [&] { return server.shard().counters().requests.get() == static_cast<unsigned>(i); }));
        if (i == 1) SSL_shutdown(client.ssl());
        client.raw().half_close();
        CHECK(TestServer::eventually([&] { return abandoned == i; }));
    }
    server.on_shard([&](Shard&) { held.clear(); });
    CHECK(server.all_closed());
}

TEST_CASE("an upgrade works over TLS, bytes behind the request included") {
    struct Echo final : ByteReceiver {
        std::unique_ptr<ByteLink> link;
        std::size_t on_bytes(char* data, std::size_t size) override {
            link->write(std::string_view(data, size));
            return size;
        }
        void on_end(std::string_view) override {}
    } echo;
    TestServer server({.handler =
                           [&](ExchangePtr exchange) {
                               Response response(101);
                               response.headers = {{"Upgrade", "echo"}, {"Connection", "Upgrade"}};
                               echo.link = exchange->upgrade(std::move(response));
                               echo.link->set_receiver(&echo);
                           },
                       .tls = shared_context()});
    TlsClient client(server.port());
    REQUIRE(client.handshake());
    CHECK(client.send(get("/", "Upgrade: echo\r\nConnection: Upgrade\r\n") + "left over"));
    CHECK(client.response().first == 101);
    CHECK(client.receive_exactly(9) == "left over");
    const std::string large(500'000, 'e');
    std::thread sender([&] { client.send(large); });
    CHECK(client.receive_exactly(large.size()) == large);
    sender.join();
    server.on_shard([&](Shard&) {
        echo.link->write("last");
        echo.link->close();
        echo.link.reset();
    });
    CHECK(client.receive_exactly(4) == "last");
    CHECK(client.ended_in_order());
}

TEST_CASE("a handshake that does not end in time is cut off") {
    HttpLimits limits;
    limits.head_timeout = 100ms;
    TestServer server({.limits = limits, .tls = shared_context()});
    auto client = Client::tcp(server.port());
    client.send("\x16\x03\x01");
    CHECK(client.closed_within(2s));
    CHECK(server.shard().counters().timeouts.get() == 1);
}

TEST_CASE("what is no TLS is refused") {
    TestServer server({.tls = shared_context()});
    auto client = Client::tcp(server.port());
    client.send(get("/"));
    client.receive_all();
    CHECK(server.all_closed());
    CHECK(server.shard().counters().tls_errors.get() == 1);
    CHECK(server.shard().counters().requests.get() == 0);
}

TEST_CASE("renegotiation is refused") {
    TestServer server({.tls = shared_context()});
    TlsClient client(server.port(), TLS1_2_VERSION);
    REQUIRE(client.handshake());
    CHECK(client.send(get("/")));
    CHECK(client.response().first == 200);
    SSL_renegotiate(client.ssl());
    CHECK(SSL_do_handshake(client.ssl()) != 1);
    ERR_clear_error();
}

TEST_CASE("the limit for the first byte of a connection begins behind its handshake") {
    HttpLimits limits;
    limits.first_byte_timeout = 1s;
    TestServer server({.limits = limits, .tls = shared_context()});
    TlsClient client(server.port());
    std::this_thread::sleep_for(700ms);
    REQUIRE(client.handshake());
    std::this_thread::sleep_for(700ms);
    CHECK(client.send(get("/")));
    CHECK(client.response().first == 200);
    TlsClient silent(server.port());
    REQUIRE(silent.handshake());
    CHECK(silent.ended_in_order());
}

TEST_CASE("key updates are taken as long as they come with data, and end a connection that sends nothing else") {
    TestServer server({.tls = shared_context()});
    TlsClient client(server.port(), TLS1_3_VERSION);
    REQUIRE(client.handshake());
    const auto update = [&](int times) {
        for (int i = 0; i < times; ++i) {
            if (SSL_key_update(client.ssl(), SSL_KEY_UPDATE_REQUESTED) != 1 || SSL_do_handshake(client.ssl()) != 1) {
                return false;
            }
        }
        return true;
    };
    for (int i = 0; i < 40; ++i) {
        CHECK(update(1));
        CHECK(client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n" + std::string(20'000, 'x')));
        CHECK(client.response().first == 200);
    }
    update(100);
    CHECK(client.receive_exactly(1).empty());
    CHECK(server.all_closed());
    CHECK(server.shard().counters().tls_errors.get() == 1);
}

TEST_CASE("a request in records of a byte each arrives whole") {
    TestServer server({.handler = answering([](const HttpRequest& request) { return Response(200, request.body); }),
                       .tls = shared_context()});
    TlsClient client(server.port());
    REQUIRE(client.handshake());
    for (const char c : "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3000\r\n\r\n" + std::string(3000, 'x')) {
        REQUIRE(client.send({&c, 1}));
    }
    CHECK(client.response() == std::pair(200, std::string(3000, 'x')));
}

TEST_CASE("a broken record ends the connection") {
    TestServer server({.tls = shared_context()});
    TlsClient client(server.port());
    REQUIRE(client.handshake());
    CHECK(client.send(get("/")));
    CHECK(client.response().first == 200);
    client.raw().send(std::string("\x17\x03\x03\x00\x10", 5) + std::string(16, 'x'));
    CHECK(server.all_closed());
    CHECK(server.shard().counters().tls_errors.get() == 1);
}

TEST_CASE("a certificate or key that cannot be used is one clear line") {
    const Identity good("good"), other("other"), locked("locked", "word");
    const TemporaryFile empty("empty"), text("text");
    std::ofstream(empty.path).flush();
    std::ofstream(text.path) << "not a certificate\n";
    CHECK(failure(good.files()) == "usable");
    CHECK(failure({"/nonexistent.pem", good.key.path})
              .starts_with("cannot read certificate chain '/nonexistent.pem': No such file or directory"));
    CHECK(failure({"/tmp", good.key.path}).starts_with("cannot read certificate chain '/tmp': Is a directory"));
    CHECK(failure({good.chain.path, "/nonexistent.pem"})
              .starts_with("cannot read private key '/nonexistent.pem': No such file or directory"));
    CHECK(failure({empty.path, good.key.path}).starts_with("certificate chain '" + empty.path + "' is unusable: "));
    CHECK(failure({text.path, good.key.path}).starts_with("certificate chain '" + text.path + "' is unusable: "));
    CHECK(failure({good.chain.path, text.path}).starts_with("private key '" + text.path + "' is unusable: "));
    CHECK(failure({good.chain.path, other.key.path})
              .starts_with("private key '" + other.key.path + "' does not belong to certificate '" + good.chain.path +
                           "'"));
    CHECK(failure({locked.chain.path, locked.key.path})
              .starts_with("private key '" + locked.key.path + "' is encrypted"));
}
