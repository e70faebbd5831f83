#include <sio/asio.hpp>

#include <doctest/doctest.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <memory>
#include <string>

#include <sio/greenlet.hpp>

#include "greenlet/loop.hpp"

namespace asio = boost::asio;
namespace greenlet = sio::greenlet;
using namespace std::chrono_literals;
using Socket = asio::basic_stream_socket<asio::local::stream_protocol, greenlet::Loop::Executor>;

namespace {

greenlet::Loop& loop() { return *greenlet::Loop::current(); }

struct Pair {
    Socket a{loop().executor()};
    Socket b{loop().executor()};
    Pair() { asio::local::connect_pair(a, b); }
};

}  // namespace

TEST_CASE("a yielding read and write pass bytes and their count") {
    sio::run([] {
        Pair pair;
        auto reader = sio::spawn([&] {
            std::string text(5, '\0');
            const std::size_t n = asio::async_read(pair.a, asio::buffer(text), sio::yield);
            CHECK(n == 5);
            return text;
        });
        CHECK(asio::async_write(pair.b, asio::buffer("hello", 5), sio::yield) == 5);
        CHECK(reader.get() == "hello");
    });
}

TEST_CASE("an operation's error is thrown, or stored with yield[ec]") {
    sio::run([] {
        Pair pair;
        pair.b.close();
        std::array<char, 4> bytes;
        CHECK_THROWS_AS(pair.a.async_read_some(asio::buffer(bytes), sio::yield), boost::system::system_error);
        boost::system::error_code error;
        CHECK(pair.a.async_read_some(asio::buffer(bytes), sio::yield[error]) == 0);
        CHECK(error == asio::error::eof);
    });
}

TEST_CASE("killing a greenlet cancels its operation, and yield[ec] does not hide the kill") {
    sio::run([] {
        Pair pair;
        bool unwound = false;
        bool went_on = false;
        auto reader = sio::spawn([&] {
            struct Mark {
                bool& flag;
                ~Mark() { flag = true; }
            } mark{unwound};
            std::array<char, 4> bytes;
            boost::system::error_code error;
            pair.a.async_read_some(asio::buffer(bytes), sio::yield[error]);
            went_on = true;
        });
        sio::sleep(1ms);
        reader.kill();
        CHECK(unwound);
        CHECK_FALSE(went_on);
        CHECK_FALSE(reader.successful());
    });
}

TEST_CASE("a time limit ends a composed operation") {
    sio::run([] {
        Pair pair;
        std::string text(5, '\0');
        pair.b.write_some(asio::buffer("hel", 3));
        sio::TimeoutScope limit(5ms);
        try {
            asio::async_read(pair.a, asio::buffer(text), sio::yield);
            FAIL_CHECK("the read must not return");
        } catch (const sio::Timeout& timeout) {
            CHECK(limit.caused(timeout));
        }
    });
}

TEST_CASE("an operation that completed before the kill returns its result, the next call throws") {
    sio::run([] {
        std::string order;
        auto child = sio::spawn([&] {
            asio::post(loop().executor(), sio::yield);  // cannot be cancelled
            order += "posted;";
            sio::sleep(0ms);
            order += "slept;";
        });
        sio::sleep(0ms);
        child.kill();
        CHECK(order == "posted;");
    });
}

TEST_CASE("an operation with several results returns them as a tuple, and errors may be exceptions") {
    sio::run([] {
        auto two = [](auto handler, int a) {
            asio::post(loop().executor(), [h = std::move(handler), a]() mutable { std::move(h)(a, std::string("x")); });
        };
        auto [number, text] = asio::async_initiate<const sio::Yield, void(int, std::string)>(two, sio::yield, 7);
        CHECK(number == 7);
        CHECK(text == "x");
        auto failing = [](auto handler) {
            asio::post(loop().executor(), [h = std::move(handler)]() mutable {
                std::move(h)(std::make_exception_ptr(std::runtime_error("inside")), 1);
            });
        };
        CHECK_THROWS_WITH((asio::async_initiate<const sio::Yield, void(std::exception_ptr, int)>(failing, sio::yield)),
                          "inside");
    });
}

TEST_CASE("an operation whose handler is dropped, or called at once, does not leave the greenlet waiting") {
    sio::run([] {
        auto drop = [](auto handler) { auto dropped = std::move(handler); };
        CHECK_THROWS_AS((asio::async_initiate<const sio::Yield, void()>(drop, sio::yield)),
                        boost::system::system_error);
        auto drop_later = [](auto handler) {
            asio::post(loop().executor(), [h = std::make_unique<decltype(handler)>(std::move(handler))] {});
        };
        CHECK_THROWS_AS((asio::async_initiate<const sio::Yield, void()>(drop_later, sio::yield)),
                        boost::system::system_error);
        auto at_once = [](auto handler) { std::move(handler)(3); };
        CHECK(asio::async_initiate<const sio::Yield, void(int)>(at_once, sio::yield) == 3);
    });
}

TEST_CASE("an Asio operation outside a greenlet is refused") {
    asio::io_context context;
    asio::steady_timer timer(context);
    try {
        timer.async_wait(sio::yield);
        FAIL_CHECK("must throw");
    } catch (const sio::Error& error) {
        CHECK(error.code() == sio::errc::not_in_greenlet);
    }
}
