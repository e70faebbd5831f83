// Groups and pools.

#include <doctest/doctest.h>
#include <sio/event.hpp>
#include <sio/greenlet.hpp>
#include <sio/pool.hpp>

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "unit/greenlet/log_capture.hpp"

using namespace std::chrono_literals;

namespace {

class Add : public sio::BaseGreenlet<> {
public:
    explicit Add(int& sum) : sum_(sum) {}

private:
    void run() override { ++sum_; }
    int& sum_;
};

}  // namespace

TEST_CASE("a group holds its greenlets until they end") {
    sio::run([] {
        sio::Group group;
        CHECK(group.empty());
        CHECK(group.join());
        auto one = group.spawn([] { return 1; });
        sio::Event go;
        auto two = group.spawn([](sio::Event& event) { event.wait(); }, std::ref(go));
        CHECK(group.size() == 2);
        CHECK(group.greenlets() == std::vector<sio::AnyGreenlet>{one, two});
        CHECK_FALSE(group.join(1ms));
        CHECK(group.size() == 1);
        go.set();
        CHECK(group.join(1min));
        CHECK(group.empty());
        CHECK(one.get() == 1);
    });
}

TEST_CASE("a group takes running greenlets, objects of subclasses, and lets members go") {
    sio::run([] {
        sio::Group group;
        int sum = 0;
        auto running = sio::spawn([] { sio::sleep(1h); });
        group.add(running);
        group.add(running);
        group.start(std::make_shared<Add>(sum));
        CHECK(group.size() == 2);
        group.discard(running);
        CHECK(group.join(1min));
        CHECK(sum == 1);
        CHECK_FALSE(running.ready());
        auto ended = sio::spawn([] {});
        ended.join();
        group.add(ended);
        CHECK(group.empty());
        group.add(running);
        group.kill();
        CHECK(running.ready());
        CHECK(group.empty());
    });
}

TEST_CASE("a group's end leaves its greenlets alone") {
    sio::run([] {
        sio::Greenlet<int> child;
        {
            sio::Group group;
            child = group.spawn([] {
                sio::sleep(1ms);
                return 3;
            });
        }
        CHECK(child.get(1min) == 3);
    });
}

TEST_CASE("join with raise_error throws the first exception") {
    const LogCapture log;  // nobody keeps a handle of the one that fails
    sio::run([] {
        sio::Group group;
        group.spawn([] {
            sio::sleep(1ms);
            throw std::runtime_error("first");
        });
        group.spawn([] { sio::sleep(1h); });
        CHECK_THROWS_WITH_AS(group.join(1min, true), "first", std::runtime_error);
        CHECK(group.size() == 1);
        CHECK_FALSE(group.join(1ms, true));
        group.kill();
    });
}

TEST_CASE("a pool admits so many at a time, in order") {
    sio::run([] {
        sio::Pool pool(3);
        CHECK(pool.free_count() == 3);
        int now = 0;
        int most = 0;
        std::vector<int> begun;
        for (int i = 0; i < 10; ++i) {
            pool.spawn([&, i] {
                begun.push_back(i);
                most = std::max(most, ++now);
                sio::sleep(1ms);
                --now;
            });
            if (i == 2) CHECK(pool.full());
        }
        CHECK(pool.join(1min));
        CHECK(most == 3);
        CHECK(std::is_sorted(begun.begin(), begun.end()));
        CHECK(begun.size() == 10);
        CHECK(pool.free_count() == 3);
    });
    CHECK_THROWS_AS(sio::Pool(0), std::invalid_argument);
}

TEST_CASE("a place in a pool is free again when a member is killed before it begins") {
    sio::run([] {
        sio::Pool pool(1);
        auto child = pool.spawn([] {});
        CHECK_FALSE(pool.wait_available(0ms));
        child.kill();
        CHECK(pool.wait_available(0ms));
        CHECK(pool.free_count() == 1);
        auto running = sio::spawn([] { sio::sleep(1h); });
        pool.add(running);
        pool.add(running);  // is one already: takes no second place
        CHECK(pool.full());
        pool.discard(running);
        pool.discard(running);
        CHECK(pool.free_count() == 1);
        running.kill();
        CHECK(pool.free_count() == 1);
    });
}

TEST_CASE("map returns the results in the order of the items") {
    sio::run([] {
        sio::Pool pool(2);
        const std::vector<int> items = {5, 1, 3};
        const auto slow_double = [](int n) {
            sio::sleep(std::chrono::milliseconds(n));
            return n * 2;
        };
        CHECK(pool.map(slow_double, items) == std::vector<int>{10, 2, 6});
        CHECK(sio::Group().map(slow_double, items) == std::vector<int>{10, 2, 6});
        std::vector<int> filled(3);
        sio::Group().map([](int& place) { place = 1; }, filled);
        CHECK(filled == std::vector<int>{1, 1, 1});
        const std::vector<bool> bits = {true, false};
        CHECK(pool.map([](bool bit) { return bit ? 1 : 0; }, bits) == std::vector<int>{1, 0});
        CHECK(pool.apply([](int a, int b) { return a + b; }, 1, 2) == 3);
    });
}

TEST_CASE("map ends the other calls before it throws") {
    sio::run([] {
        sio::Pool pool(3);
        int unwound = 0;
        struct Count {
            int& n;
            ~Count() { ++n; }
        };
        const auto call = [&](int n) {
            const Count count{unwound};
            if (n == 2) throw std::runtime_error("two");
            sio::sleep(1h);
            return n;
        };
        CHECK_THROWS_WITH_AS(pool.map(call, std::vector<int>{1, 2, 3}), "two", std::runtime_error);
        CHECK(unwound == 3);
        CHECK(pool.empty());
        auto caller = sio::spawn([&] { pool.map(call, std::vector<int>{1, 3}); });
        sio::sleep(1ms);
        caller.kill();
        CHECK(unwound == 5);
        CHECK(pool.empty());
    });
}

TEST_CASE("imap gives results in the order of the items, while later ones are computed") {
    sio::run([] {
        sio::Pool pool(2);
        std::vector<int> items(20);
        std::iota(items.begin(), items.end(), 0);
        std::vector<int> got;
        for (const int value : pool.imap(
                 [](int n) {
                     sio::sleep(std::chrono::milliseconds(n % 3));
                     return n * n;
                 },
                 items)) {
            got.push_back(value);
        }
        CHECK(got.size() == 20);
        for (int i = 0; i < 20; ++i) CHECK(got[static_cast<std::size_t>(i)] == i * i);
        for (const int value : pool.imap([](int n) { return n; }, std::vector<int>{})) FAIL(value);
    });
}

TEST_CASE("imap_unordered gives results as they come") {
    sio::run([] {
        sio::Group group;
        std::array<sio::Event, 3> turns;  // each call waits for the one that is to end before it
        std::vector<int> got;
        for (const int value : group.imap_unordered(
                 [&](int n) {
                     if (n > 0) turns[static_cast<std::size_t>(n) - 1].wait();
                     turns[static_cast<std::size_t>(n)].set();
                     return n;
                 },
                 std::vector<int>{2, 0, 1})) {
            got.push_back(value);
        }
        CHECK(got == std::vector<int>{0, 1, 2});
    });
}

TEST_CASE("imap starts so many calls ahead of the reader and no more") {
    sio::run([] {
        sio::Group group;
        int started = 0;
        auto results = group.imap([&](int n) { return ++started, n; }, std::vector<int>{1, 2, 3, 4, 5}, 2);
        sio::sleep(2ms);
        CHECK(started == 2);
        CHECK(results.next() == 1);
        sio::sleep(2ms);
        CHECK(started == 3);
        CHECK(results.next() == 2);
        CHECK(results.next() == 3);
        CHECK(results.next() == 4);
        CHECK(results.next() == 5);
        CHECK_FALSE(results.next());
    });
}

TEST_CASE("imap throws where the failed call's result is read; its end kills what is left") {
    sio::run([] {
        sio::Group group;
        int unwound = 0;
        {
            auto results = group.imap_unordered(
                [&](int n) {
                    struct Count {
                        int& n;
                        ~Count() { ++n; }
                    } count{unwound};
                    if (n == 0) throw std::runtime_error("zero");
                    if (n == 1) return 1;
                    sio::sleep(1h);
                    return n;
                },
                std::vector<int>{0, 1, 2});
            CHECK_THROWS_WITH_AS(results.next(), "zero", std::runtime_error);
            CHECK(results.next() == 1);
            CHECK(unwound == 2);
        }
        CHECK(unwound == 3);
        CHECK(group.empty());
    });
}
