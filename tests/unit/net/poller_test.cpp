#include "net/poller.hpp"

#include <doctest/doctest.h>

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <cstdlib>

namespace {

thread_local bool no_memory = false;

}  // namespace

// Where Asio has its memory from, in this program: it runs out when a test says so.
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
    void* memory = nullptr;
    if (no_memory) return nullptr;
    return ::posix_memalign(&memory, std::max(alignment, sizeof(void*)), size) == 0 ? memory : nullptr;
}

namespace {

/// Reads a byte at a time; for as long as it is told, there is no memory behind it.
struct Reader final : sio::net::Pollable {
    Reader(sio::greenlet::Loop& with, int of) : loop(with), fd(of) {}
    void on_events(std::uint32_t) override {
        char byte;
        if (::read(fd, &byte, 1) != 1) return;
        got += byte;
        if (got.size() == 1) {
            // What Asio has kept from the last wait goes to others.
            for (int i = 0; i < 8; ++i) boost::asio::post(loop.context(), [filler = std::array<char, 64>()] {});
            no_memory = true;
        } else {
            loop.stop();
        }
    }
    sio::greenlet::Loop& loop;
    int fd;
    std::string got;
};

}  // namespace

TEST_CASE("sockets are heard again when there is memory again") {
    sio::greenlet::Loop loop;
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0);
    Reader reader(loop, ends[0]);
    {
        sio::net::Poller poller(loop);
        poller.add(ends[0], reader);
        REQUIRE(::write(ends[1], "a", 1) == 1);
        sio::util::Timer again(
            [](void* end) {
                no_memory = false;
                CHECK(::write(*static_cast<int*>(end), "b", 1) == 1);
            },
            &ends[1]);
        // A timer that is on its way before; behind it there is memory.
        again.arm(loop.timers(), std::chrono::milliseconds(30));
        sio::util::Timer limit([](void* of) { static_cast<sio::greenlet::Loop*>(of)->stop(); }, &loop);
        limit.arm(loop.timers(), std::chrono::seconds(20));
        loop.run();
        poller.remove(ends[0], reader);
    }
    CHECK(reader.got == "ab");
    ::close(ends[0]);
    ::close(ends[1]);
}
