#include <sio/greenlet.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "support/eventually.hpp"
#include "unit/greenlet/log_capture.hpp"

using namespace std::chrono_literals;

TEST_CASE("run() returns what the main greenlet returns") {
    CHECK(sio::run([] { return std::string("hello"); }) == "hello");
    int calls = 0;
    sio::run([&] { ++calls; });
    CHECK(calls == 1);
    CHECK(*sio::run([] { return std::make_unique<int>(4); }) == 4);
}

TEST_CASE("run() throws what the main greenlet throws") {
    CHECK_THROWS_WITH_AS(sio::run([] { throw std::runtime_error("boom"); }), "boom", std::runtime_error);
}

TEST_CASE("run() inside a loop is refused") {
    sio::run([] { CHECK_THROWS_AS(sio::run([] {}), sio::Error); });
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

TEST_CASE("spawn takes member functions and move-only arguments") {
    struct Counter {
        int total = 0;
        void add(std::unique_ptr<int> n) { total += *n; }
    } counter;
    sio::run([&] { sio::spawn(&Counter::add, &counter, std::make_unique<int>(7)).get(); });
    CHECK(counter.total == 7);
}

TEST_CASE("an exception reaches every one who asks, again and again") {
    sio::run([] {
        auto child = sio::spawn([]() -> int { throw std::runtime_error("boom"); });
        for (int i = 0; i < 2; ++i) CHECK_THROWS_WITH_AS(child.get(), "boom", std::runtime_error);
        CHECK(child.ready());
        CHECK_FALSE(child.successful());
        CHECK(child.exception());
    });
}

TEST_CASE("an exception that nobody asks for is logged, once, with the greenlet's name") {
    LogCapture log;
    sio::run([] {
        auto dropped = sio::spawn([] { throw std::runtime_error("nobody looks"); });
        dropped.set_name("worker 7");
        dropped = {};
        auto joined = sio::spawn([] { throw std::runtime_error("only joined"); });
        joined.join();
        auto asked = sio::spawn([] { throw std::runtime_error("asked for"); });
        CHECK_THROWS(asked.get());
        sio::spawn([] { throw sio::GreenletExit(); }).join();
        auto killed = sio::spawn([] { sio::sleep(1h); });
        killed.kill();
    });
    CHECK(log.count("\"worker 7\": std::runtime_error: nobody looks") == 1);
    CHECK(log.count("only joined") == 1);
    CHECK(log.count("") == 2);
}

TEST_CASE("join and get stop waiting at their limit and leave the greenlet alone") {
    sio::run([] {
        sio::Event go;
        auto child = sio::spawn([&] {
            go.wait();
            return 5;
        });
        CHECK_FALSE(child.join(1ms));
        CHECK_FALSE(child.join(0ms));
        CHECK_THROWS_AS(child.get(1ms), sio::Timeout);
        go.set();
        CHECK(child.get() == 5);
        CHECK(child.join(0ms));
        CHECK(child.successful());
    });
}

TEST_CASE("a result can be looked at repeatedly, and moved out of a temporary handle") {
    sio::run([] {
        auto child = sio::spawn([] { return std::make_unique<int>(3); });
        CHECK(*child.get() == 3);
        CHECK(*child.get() == 3);
        const std::unique_ptr<int> mine = std::move(child).get();
        CHECK(*mine == 3);
    });
}

TEST_CASE("a greenlet cannot join itself") {
    sio::run([] {
        sio::Greenlet<> self;
        self = sio::spawn([&] { CHECK_THROWS_AS(self.join(), std::system_error); });
        self.get();
    });
}

TEST_CASE("blocking outside a greenlet is refused") {
    const auto refused = [](auto call) {
        try {
            call();
            FAIL_CHECK("must throw");
        } catch (const sio::Error& error) {
            CHECK(error.code() == sio::errc::not_in_greenlet);
        }
    };
    sio::Event event;
    sio::Semaphore none(0);
    sio::Queue<int> queue;
    refused([] { sio::sleep(1ms); });
    refused([] { sio::spawn([] {}); });
    refused([] { sio::spawn_later(1ms, [] {}); });
    refused([] { sio::offload([] {}); });
    refused([] { sio::TimeoutScope scope(1s); });
    refused([&] { event.wait(); });
    refused([&] { none.acquire(); });
    refused([&] { queue.get(); });
    CHECK(sio::current_greenlet_id() == 0);
    // What need not block is allowed.
    CHECK_FALSE(none.try_lock());
    event.set();
    CHECK(event.wait());
    queue.put(1);
    CHECK(queue.get() == 1);
}

TEST_CASE("ids are unique, and a greenlet knows its own") {
    sio::run([] {
        auto a = sio::spawn([] { return sio::current_greenlet_id(); });
        auto b = sio::spawn([] { return sio::current_greenlet_id(); });
        CHECK(a.get() == a.id());
        CHECK(b.get() == b.id());
        CHECK(a.id() != b.id());
        CHECK(sio::current_greenlet_id() != a.id());
    });
}

TEST_CASE("spawn_later begins after its delay, or never when killed before") {
    sio::run([] {
        const auto begin = std::chrono::steady_clock::now();
        auto child = sio::spawn_later(10ms, [] { return std::chrono::steady_clock::now(); });
        int calls = 0;
        auto killed = sio::spawn_later(5ms, [&] { ++calls; });
        killed.kill();
        CHECK(killed.ready());
        CHECK(child.get() - begin >= 10ms);
        CHECK(calls == 0);
    });
}

TEST_CASE("a greenlet that a stopping loop never began counts as killed, and drops what it captured") {
    auto captured = std::make_shared<int>(1);
    sio::Greenlet<> later;
    sio::Greenlet<> next;
    sio::run([&] {
        later = sio::spawn_later(1h, [captured] {});
        sio::spawn([&] { sio::sleep(1h); });
        next = sio::spawn([captured] { FAIL("must not begin"); });
        next.kill();
    });
    CHECK(later.ready());
    CHECK_FALSE(later.successful());
    CHECK(next.ready());
    CHECK(captured.use_count() == 1);
    try {
        later.get();
        FAIL_CHECK("must throw");
    } catch (const sio::Error& error) {
        CHECK(error.code() == sio::errc::killed);
    }
}

TEST_CASE("links are called once, in a greenlet, also when the greenlet has ended already") {
    sio::run([] {
        std::string order;
        auto child = sio::spawn([] { return 1; });
        child.link([&] {
            sio::sleep(1ms);  // it may block
            order += "first;";
        });
        child.link([] { throw std::runtime_error("ignored but for the log"); });
        LogCapture log;
        child.join();
        CHECK(eventually([&] { return order == "first;"; }));
        child.link([&] { order += "late;"; });
        CHECK(order == "first;");
        sio::sleep(0ms);
        CHECK(order == "first;late;");
        CHECK(log.count("ignored but for the log") == 1);
    });
}

TEST_CASE("joinall waits for all, up to a limit, and throws a first error on request") {
    sio::run([] {
        auto quick = sio::spawn([] { sio::sleep(1ms); });
        auto slow = sio::spawn([] { sio::sleep(1h); });
        auto wrong = sio::spawn([] { throw std::runtime_error("wrong"); });
        CHECK_FALSE(sio::joinall({quick, slow, wrong}, 10ms));
        slow.kill();
        CHECK(sio::joinall({quick, slow, wrong}));
        CHECK_THROWS_WITH_AS(sio::joinall({quick, wrong, slow}, sio::forever, true), "wrong", std::runtime_error);
        CHECK(sio::joinall({}));
    });
}

TEST_CASE("killall ends all, the caller last") {
    sio::run([] {
        auto a = sio::spawn([] { sio::sleep(1h); });
        auto b = sio::spawn([] { sio::sleep(1h); });
        sio::Greenlet<> self;
        self = sio::spawn([&] { sio::killall({self, a, b}); });
        self.join();
        CHECK(a.ready());
        CHECK(b.ready());
        CHECK_FALSE(self.successful());
    });
}

TEST_CASE("sleeping greenlets wake when their time has come, in whatever order they began") {
    std::vector<int> order;
    sio::run([&] {
        std::vector<sio::AnyGreenlet> all;
        for (int ms : {1000, 1, 0}) {  // far apart: a busy machine may pause between two of them
            all.push_back(sio::spawn([&order, ms] {
                const auto begin = std::chrono::steady_clock::now();
                sio::sleep(std::chrono::milliseconds(ms));
                CHECK(std::chrono::steady_clock::now() - begin >= std::chrono::milliseconds(ms));
                order.push_back(ms);
            }));
        }
        sio::joinall(all);
    });
    REQUIRE(order.size() == 3);
    CHECK(order.back() == 1000);
}

TEST_CASE("sleep(0) lets everybody who is ready run first") {
    std::string order;
    sio::run([&] {
        auto a = sio::spawn([&] {
            for (int i = 0; i < 3; ++i) {
                order += 'a';
                sio::sleep(0ms);
            }
        });
        auto b = sio::spawn([&] {
            for (int i = 0; i < 3; ++i) {
                order += 'b';
                sio::sleep(0ms);
            }
        });
        sio::joinall({a, b});
    });
    CHECK(order == "ababab");
}
