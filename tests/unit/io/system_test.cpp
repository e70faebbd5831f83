// Names, signals, ticks, threads.

#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>
#include <sio/greenlet.hpp>
#include <sio/resolve.hpp>
#include <sio/signals.hpp>
#include <sio/thread_pool.hpp>
#include <sio/ticker.hpp>

#include <chrono>
#include <memory>
#include <numeric>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

TEST_CASE("numeric addresses are their own; localhost has some") {
    sio::run([] {
        CHECK(sio::resolve({"10.1.2.3", 5}) == std::vector<sio::Address>{{"10.1.2.3", 5}});
        CHECK(sio::resolve({"::1", 5}) == std::vector<sio::Address>{{"::1", 5}});
        CHECK(sio::resolve({"unix:/x"}) == std::vector<sio::Address>{{"unix:/x"}});
        const auto local = sio::resolve({"localhost", 80});
        CHECK_FALSE(local.empty());
        for (const auto& each : local) {
            CHECK((each.host == "127.0.0.1" || each.host == "::1"));
            CHECK(each.port == 80);
        }
    });
}

TEST_CASE("a name that cannot be looked up is an error with the name in it") {
    sio::run([] {
        try {
            sio::resolve({"a name with spaces"}, 1min);
            FAIL("resolved");
        } catch (const std::system_error& error) {
            CHECK(std::string(error.what()).starts_with("a name with spaces: "));
        }
    });
}

TEST_CASE("who is killed does not wait for a name") {
    sio::run([] {
        auto caller = sio::spawn([] { sio::resolve({"localhost"}); });
        sio::sleep(0ms);
        caller.kill();
        CHECK(caller.ready());
    });
}

TEST_CASE("a signal wakes the greenlet that waits for it, and is kept until then") {
    sio::run([] {
        sio::Signals signals({SIGUSR1, SIGUSR2});
        CHECK_FALSE(signals.wait(1ms));
        auto waiter = sio::spawn([&] { return signals.wait(); });
        sio::sleep(1ms);
        ::kill(::getpid(), SIGUSR1);
        CHECK(waiter.get() == SIGUSR1);
        ::kill(::getpid(), SIGUSR2);
        CHECK(signals.wait(1min) == SIGUSR2);
        CHECK_THROWS_AS(sio::Signals({-1}), std::system_error);
    });
}

TEST_CASE("a ticker keeps its rate and leaves out what was missed") {
    sio::run([] {
        const auto begin = std::chrono::steady_clock::now();
        sio::Ticker ticker(50ms);
        CHECK(ticker.wait() == 0);
        sio::sleep(1ms);
        ticker.wait();
        CHECK(std::chrono::steady_clock::now() - begin >= 100ms);
        sio::sleep(260ms);
        CHECK(ticker.wait() >= 4);
    });
}

TEST_CASE("a ticker of the longest period never ticks, and one of none does not wait") {
    sio::run([] {
        sio::Ticker never(sio::Duration::max());
        auto waiter = sio::spawn([&] { never.wait(); });
        CHECK_FALSE(waiter.join(20ms));
        waiter.kill();
        for (const auto period : {sio::Duration::zero(), sio::Duration::min()}) {
            sio::Ticker always(period);
            for (int i = 0; i < 3; ++i) CHECK(always.wait() == 0);
        }
    });
}

TEST_CASE("a thread pool runs calls on its threads, passes exceptions, and bounds how many run") {
    sio::ThreadPool pool(2);
    CHECK(pool.size() == 2);
    sio::run([&] {
        const auto loop_thread = std::this_thread::get_id();
        CHECK(pool.apply([&] { return std::this_thread::get_id(); }) != loop_thread);
        CHECK(pool.apply([](int a, std::unique_ptr<int> b) { return a + *b; }, 1, std::make_unique<int>(2)) == 3);
        CHECK_THROWS_WITH_AS(pool.apply([] { throw std::runtime_error("there"); }), "there", std::runtime_error);
        auto later = pool.spawn([](std::unique_ptr<int> n) { return *n; }, std::make_unique<int>(4));
        CHECK(later.get() == 4);
        std::vector<int> items(10);
        std::iota(items.begin(), items.end(), 0);
        const auto ids = pool.map([](int) { return std::this_thread::get_id(); }, items);
        CHECK(std::set<std::thread::id>(ids.begin(), ids.end()).size() <= 2);
        CHECK(pool.map([](int n) { return n * n; }, std::vector<int>{1, 2, 3}) == std::vector<int>{1, 4, 9});
    });
}

TEST_CASE("one pool serves the greenlets of several loops") {
    sio::ThreadPool pool(1);
    const auto use = [&] {
        sio::run([&] {
            for (int i = 0; i < 50; ++i) CHECK(pool.apply([i] { return i; }) == i);
        });
    };
    std::thread other(use);
    use();
    other.join();
}

TEST_CASE("a name is looked up in a loop that has nothing else to do") {
    for (int i = 0; i < 50; ++i) sio::run([] { CHECK_FALSE(sio::resolve({"localhost", 1}).empty()); });
}
