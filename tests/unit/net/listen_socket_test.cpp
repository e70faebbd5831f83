#include "net/listen_socket.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <string>

#include <sio/error.hpp>

#include "net/socket_address.hpp"
#include "unit/net/test_client.hpp"

using namespace sio;
using namespace sio::net;
using namespace sio::net::test;

namespace {

std::string failure(std::string_view host, std::uint16_t port, std::size_t shards = 1,
                    const ListenOptions& options = {}) {
    try {
        ListenSocket socket(host, port, shards, options);
    } catch (const Error& error) {
        CHECK(error.code() == errc::cannot_start);
        return error.what();
    }
    return "it listens";
}

std::string temporary_path() { return "/tmp/sio-listen-test-" + std::to_string(::getpid()) + ".sock"; }

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

}  // namespace

TEST_CASE("port 0 becomes a port that clients reach") {
    ListenSocket socket("127.0.0.1", 0, 1);
    CHECK(socket.port() != 0);
    CHECK(socket.name() == "127.0.0.1:" + std::to_string(socket.port()));
    CHECK_NOTHROW(Client::tcp(socket.port()));
}

TEST_CASE("each shard gets a socket of its own on the same port") {
    ListenSocket socket("127.0.0.1", 0, 3);
    for (std::size_t shard = 0; shard < 3; ++shard) {
        const auto fds = socket.take(shard);
        REQUIRE(fds.size() == 1);
        CHECK(SocketAddress::local_of(fds[0].get()).port() == socket.port());
    }
}

TEST_CASE("a taken port is one clear line, whoever holds it") {
    const ListenSocket taken("127.0.0.1", 0, 1);
    const auto where = "127.0.0.1:" + std::to_string(taken.port());
    const auto line = "cannot listen on " + where + ": Address already in use";
    CHECK(failure("127.0.0.1", taken.port()).starts_with(line));
    CHECK(failure("127.0.0.1", taken.port(), 2).starts_with(line));
    // SO_REUSEPORT must not let two servers share a port in silence.
    const ListenSocket shared("127.0.0.1", 0, 2);
    CHECK(failure("127.0.0.1", shared.port(), 2).find("Address already in use") != std::string::npos);
    CHECK(failure("127.0.0.1", shared.port(), 1).find("Address already in use") != std::string::npos);
}

TEST_CASE("a port is free again as soon as its server has gone") {
    std::uint16_t port;
    {
        ListenSocket socket("127.0.0.1", 0, 1);
        port = socket.port();
        const auto client = Client::tcp(port);
    }
    CHECK_NOTHROW(ListenSocket("127.0.0.1", port, 2));
}

TEST_CASE("an address that is not ours or not known is one clear line") {
    CHECK(failure("192.0.2.1", 5000).starts_with("cannot listen on 192.0.2.1:5000: Cannot assign requested address"));
    CHECK(failure("2001:db8::1", 5000).starts_with("cannot listen on [2001:db8::1]:5000: "));
    CHECK(failure("no such host.invalid", 5000).starts_with("cannot listen on no such host.invalid:5000: "));
}

TEST_CASE("IPv6 addresses are for IPv6 alone, an empty host for both") {
    {
        ListenSocket v6("::", 0, 1);
        CHECK(v6.name().starts_with("[::]:"));
        CHECK_NOTHROW(Client::tcp(v6.port(), "::1"));
        CHECK_THROWS(Client::tcp(v6.port(), "127.0.0.1"));
        // The IPv4 half of the port is free.
        CHECK_NOTHROW(ListenSocket("127.0.0.1", v6.port(), 1));
    }
    ListenSocket both("", 0, 2);
    CHECK(both.name().starts_with("*:"));
    CHECK_NOTHROW(Client::tcp(both.port(), "::1"));
    CHECK_NOTHROW(Client::tcp(both.port(), "127.0.0.1"));
}

TEST_CASE("a name is listened on at all of its addresses, on one port") {
    ListenSocket socket("localhost", 0, 1);
    const auto fds = socket.take(0);
    REQUIRE_FALSE(fds.empty());
    for (const auto& fd : fds) {
        CHECK(SocketAddress::local_of(fd.get()).port() == socket.port());
        CHECK(SocketAddress::local_of(fd.get()).is_loopback());
    }
    CHECK_NOTHROW(Client::tcp(socket.port()));
}

TEST_CASE("a Unix socket's file comes and goes with its server") {
    const auto path = temporary_path();
    {
        ListenSocket socket("unix:" + path, 0, 2, {.backlog = 16, .unix_mode = 0600});
        CHECK(socket.port() == 0);
        CHECK(socket.name() == "unix:" + path);
        CHECK(socket.take(0).size() == 1);
        CHECK(socket.take(1).size() == 1);
        struct ::stat status{};
        REQUIRE(::stat(path.c_str(), &status) == 0);
        CHECK((status.st_mode & 07777) == 0600);
    }
    CHECK_FALSE(exists(path));
}

TEST_CASE("a Unix socket on which nobody listens any more is replaced, others are not") {
    const auto path = temporary_path();
    const auto line = "cannot listen on unix:" + path + ": ";
    {
        // A server that was killed leaves its file.
        const FileDescriptor dead(::socket(AF_UNIX, SOCK_STREAM, 0));
        ::sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        REQUIRE(::bind(dead.get(), reinterpret_cast<const ::sockaddr*>(&address), sizeof address) == 0);
        REQUIRE(::listen(dead.get(), 1) == 0);
    }
    REQUIRE(exists(path));
    {
        ListenSocket socket("unix:" + path, 0, 1);
        CHECK_NOTHROW(Client::unix_socket(path));
        CHECK(failure("unix:" + path, 0).starts_with(line + "Address already in use"));
        CHECK(exists(path));
    }
    std::ofstream(path) << "precious";
    CHECK(failure("unix:" + path, 0).starts_with(line + "a file that is no socket is in the way"));
    CHECK(exists(path));
    ::unlink(path.c_str());
}

TEST_CASE("a file that another server has put in place is left alone") {
    const auto path = temporary_path();
    auto first = std::make_unique<ListenSocket>("unix:" + path, 0, 1);
    ::unlink(path.c_str());
    const ListenSocket second("unix:" + path, 0, 1);
    first.reset();
    CHECK(exists(path));
}

TEST_CASE("a path that cannot be a Unix socket is one clear line") {
    CHECK(failure("unix:", 0).starts_with("cannot listen on unix:: a path is missing"));
    CHECK(failure("unix:/nonexistent/dir/sock", 0).find("No such file or directory") != std::string::npos);
    CHECK(failure("unix:/tmp/" + std::string(200, 'x'), 0).find("the path is longer than 107 bytes") !=
          std::string::npos);
    CHECK(failure(std::string_view("unix:/tmp/a\0b", 13), 0).find("NUL") != std::string::npos);
}
