// rediss:// against a real server with a certificate of the test's own.

#include <doctest/doctest.h>

#include <sio/greenlet.hpp>
#include <sio/redis.hpp>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "support/redis_server.hpp"

using sio::redis::Client;
using sio::redis::Options;
using sio::test::RedisServer;

namespace {

/// A key and a certificate for 127.0.0.1 that vouches for itself.
class Certificate {
public:
    Certificate() {
        std::string pattern = (std::filesystem::temp_directory_path() / "sio-redis-tls-XXXXXX").string();
        if (!::mkdtemp(pattern.data())) throw std::runtime_error("mkdtemp");
        folder = pattern;
        const std::string command =
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=sio"
            " -addext subjectAltName=IP:127.0.0.1 -keyout " +
            key() + " -out " + certificate() + " 2>/dev/null";
        if (std::system(command.c_str()) != 0) throw std::runtime_error("openssl req failed");
    }
    ~Certificate() { std::filesystem::remove_all(folder); }
    Certificate(const Certificate&) = delete;
    Certificate& operator=(const Certificate&) = delete;

    std::string key() const { return folder + "/key.pem"; }
    std::string certificate() const { return folder + "/cert.pem"; }

private:
    std::string folder;
};

}  // namespace

TEST_CASE("rediss is encrypted, and the certificate is checked") {
    const Certificate own;
    const std::string port = std::to_string(RedisServer::free_port());
    RedisServer server({"--tls-port", port, "--tls-cert-file", own.certificate(), "--tls-key-file", own.key(),
                        "--tls-ca-cert-file", own.certificate(), "--tls-auth-clients", "no"});
    for (const int protocol : {3, 2}) {
        CAPTURE(protocol);
        sio::run([&] {
            Options options("rediss://127.0.0.1:" + port);
            options.protocol = protocol;
            options.tls.ca_file = own.certificate();
            Client redis(options);
            const std::string big(3'000'000, 'x');
            redis.command("SET", "big", big);
            CHECK(redis.command("GET", "big").as<std::string>() == big);

            sio::redis::Subscriber subscriber(options);
            subscriber.subscribe({"a"});
            redis.command("PUBLISH", "a", "hello");
            const auto message = subscriber.next(std::chrono::minutes(1));
            REQUIRE(message);
            CHECK(message->data == "hello");

            options.tls.ca_file.clear();
            Client stranger(options);
            CHECK_THROWS_AS(stranger.command("PING"), std::exception);
        });
    }
}
