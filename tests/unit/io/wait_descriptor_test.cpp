// wait_readable, wait_writable.

#include <sio/wait_descriptor.hpp>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <sio/greenlet.hpp>

#include <array>
#include <string>
#include <system_error>

using namespace std::chrono_literals;

namespace {

/// Two connected sockets, in blocking mode, as another library would have them.
struct Pair {
    Pair() { REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0); }
    ~Pair() {
        for (const int end : ends) {
            if (end >= 0) ::close(end);
        }
    }
    Pair(const Pair&) = delete;
    Pair& operator=(const Pair&) = delete;

    void close_second() {
        ::close(ends[1]);
        ends[1] = -1;
    }

    std::array<int, 2> ends{};
};

}  // namespace

TEST_CASE("a greenlet waits until another's descriptor is readable, and leaves it as it was") {
    sio::run([] {
        const Pair pair;
        auto reader = sio::spawn([&] { return sio::wait_readable(pair.ends[0]); });
        sio::sleep(5ms);
        CHECK_FALSE(reader.ready());
        CHECK(::write(pair.ends[1], "x", 1) == 1);
        CHECK(reader.get());
        CHECK(sio::wait_readable(pair.ends[0], 0ms));  // still readable: nothing was read
        CHECK((::fcntl(pair.ends[0], F_GETFL) & O_NONBLOCK) == 0);
    });
}

TEST_CASE("a wait for a descriptor ends at its limit, with the peer's end, and with a kill") {
    sio::run([] {
        Pair pair;
        CHECK_FALSE(sio::wait_readable(pair.ends[0], 5ms));
        CHECK_FALSE(sio::wait_readable(pair.ends[0], 0ms));
        auto killed = sio::spawn([&] { return sio::wait_readable(pair.ends[0]); });
        sio::sleep(1ms);
        killed.kill();
        CHECK_FALSE(killed.successful());
        pair.close_second();
        CHECK(sio::wait_readable(pair.ends[0]));
        CHECK(sio::wait_writable(pair.ends[0]));  // so that the writer sees that nobody reads
    });
}

TEST_CASE("several greenlets wait for one descriptor, in both directions") {
    sio::run([] {
        const Pair pair;
        auto first = sio::spawn([&] { return sio::wait_readable(pair.ends[0]); });
        auto second = sio::spawn([&] { return sio::wait_readable(pair.ends[0]); });
        CHECK(sio::wait_writable(pair.ends[0]));
        CHECK_FALSE(first.ready());
        CHECK(::write(pair.ends[1], "x", 1) == 1);
        CHECK(first.get());
        CHECK(second.get());
    });
}

TEST_CASE("a full socket is not writable until its peer reads") {
    sio::run([] {
        const Pair pair;
        const std::string much(65'536, 'm');
        while (::send(pair.ends[0], much.data(), much.size(), MSG_DONTWAIT) > 0) {
        }
        CHECK_FALSE(sio::wait_writable(pair.ends[0], 5ms));
        auto writer = sio::spawn([&] { return sio::wait_writable(pair.ends[0]); });
        sio::sleep(1ms);
        std::string got(much.size(), ' ');
        while (::recv(pair.ends[1], got.data(), got.size(), MSG_DONTWAIT) > 0) {
        }
        CHECK(writer.get());
    });
}

TEST_CASE("what cannot be waited for is an error, as is a wait outside greenlets") {
    CHECK_THROWS_AS(sio::wait_readable(0), sio::Error);
    sio::run([] {
        CHECK_THROWS_AS(sio::wait_readable(-1), std::system_error);
        CHECK_THROWS_AS(sio::wait_readable(1'000'000), std::system_error);
    });
}
