#include <sio/greenlet.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <vector>

using namespace std::chrono_literals;

TEST_CASE("run() returns what the main greenlet returns") {
    CHECK(sio::run([] { return std::string("hello"); }) == "hello");
    int calls = 0;
    sio::run([&] { ++calls; });
    CHECK(calls == 1);
}

TEST_CASE("run() throws what the main greenlet throws") {
    CHECK_THROWS_WITH_AS(sio::run([] { throw std::runtime_error("boom"); }), "boom", std::runtime_error);
}

TEST_CASE("a spawned greenlet begins on a later turn and passes its result to whoever gets it") {
    std::vector<std::string> order;
    const int result = sio::run([&] {
        auto child = sio::spawn(
            [&](int a, int b) {
                order.emplace_back("child");
                return a + b;
            },
            2, 3);
        order.emplace_back("parent");
        return child.get();
    });
    CHECK(result == 5);
    CHECK(order == std::vector<std::string>{"parent", "child"});
}

TEST_CASE("sleeping greenlets wake in the order of their times") {
    std::vector<int> order;
    sio::run([&] {
        std::vector<sio::AnyGreenlet> all;
        for (int ms : {30, 10, 20, 0}) {
            all.push_back(sio::spawn([&order, ms] {
                sio::sleep(std::chrono::milliseconds(ms));
                order.push_back(ms);
            }));
        }
        sio::joinall(all);
    });
    CHECK(order == std::vector<int>{0, 10, 20, 30});
}
