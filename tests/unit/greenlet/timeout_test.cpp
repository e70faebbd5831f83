#include <sio/timeout.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <string>

#include <sio/greenlet.hpp>

using namespace std::chrono_literals;

namespace {

std::chrono::steady_clock::duration since(std::chrono::steady_clock::time_point begin) {
    return std::chrono::steady_clock::now() - begin;
}

}  // namespace

TEST_CASE("a time limit ends the blocking call that the greenlet is in") {
    sio::run([] {
        const auto begin = std::chrono::steady_clock::now();
        sio::TimeoutScope limit(10ms);
        try {
            for (;;) sio::sleep(3ms);
        } catch (const sio::Timeout& timeout) {
            CHECK(limit.caused(timeout));
            CHECK(timeout.code() == sio::errc::timeout);
            CHECK(timeout.code() == std::errc::timed_out);
        }
        CHECK(since(begin) >= 10ms);
        sio::sleep(15ms);  // it throws once
    });
}

TEST_CASE("a scope that ends in time does not throw later") {
    sio::run([] {
        {
            auto limit = sio::Timeout::after(5ms);
        }
        sio::sleep(10ms);
        sio::TimeoutScope cancelled(1ms);
        cancelled.cancel();
        sio::sleep(5ms);
        sio::TimeoutScope none(sio::forever);
        sio::sleep(1ms);
    });
}

TEST_CASE("of nested limits the one that passes first throws, and the other stays in force") {
    sio::run([] {
        std::string order;
        sio::TimeoutScope outer(500ms);
        try {
            try {
                sio::TimeoutScope inner(1ms);
                sio::sleep(1h);
            } catch (const sio::Timeout& timeout) {
                CHECK_FALSE(outer.caused(timeout));
                order += "inner;";
            }
            sio::sleep(1h);
        } catch (const sio::Timeout& timeout) {
            CHECK(outer.caused(timeout));
            order += "outer;";
        }
        CHECK(order == "inner;outer;");
    });
}

TEST_CASE("an outer limit that passes first goes through the inner scope") {
    sio::run([] {
        sio::TimeoutScope outer(5ms);
        bool inner_threw = false;
        try {
            sio::TimeoutScope inner(1h);
            try {
                sio::sleep(2h);
            } catch (const sio::Timeout& timeout) {
                inner_threw = inner.caused(timeout);
                throw;
            }
        } catch (const sio::Timeout& timeout) {
            CHECK(outer.caused(timeout));
        }
        CHECK_FALSE(inner_threw);
    });
}

TEST_CASE("when several limits have passed meanwhile, the outermost throws first") {
    sio::run([] {
        sio::TimeoutScope outer(1ms);
        sio::TimeoutScope inner(1ms);
        const auto begin = std::chrono::steady_clock::now();
        while (since(begin) < 5ms) {
        }
        // Both fire while the greenlet sleeps: they were due in the same turn.
        try {
            sio::sleep(1h);
            FAIL_CHECK("must throw");
        } catch (const sio::Timeout& timeout) {
            CHECK(outer.caused(timeout));
        }
    });
}

TEST_CASE("a limit of zero makes the next call that blocks throw") {
    sio::run([] {
        sio::TimeoutScope limit(0ms);
        sio::Event set;
        set.set();
        CHECK(set.wait());
        CHECK_THROWS_AS(sio::sleep(1h), sio::Timeout);
    });
}

TEST_CASE("the limit of a call is told from that of a scope") {
    sio::run([] {
        sio::TimeoutScope limit(1h);
        sio::Queue<int> queue;
        try {
            queue.get(1ms);
            FAIL_CHECK("must throw");
        } catch (const sio::Timeout& timeout) {
            CHECK_FALSE(limit.caused(timeout));
        }
    });
}

TEST_CASE("a limit ends waits of every kind and nobody stays in a queue") {
    sio::run([] {
        sio::Semaphore none(0);
        sio::Event never;
        auto forever = sio::spawn([] { sio::sleep(1h); });
        CHECK_FALSE(sio::with_timeout(1ms, [&] { none.acquire(); }));
        CHECK_FALSE(sio::with_timeout(1ms, [&] { never.wait(); }));
        CHECK_FALSE(sio::with_timeout(1ms, [&] { forever.join(); }));
        none.release();
        CHECK(none.try_lock());
    });
}

TEST_CASE("with_timeout returns the result in time, nothing otherwise, and lets others' timeouts pass") {
    sio::run([] {
        CHECK(sio::with_timeout(1h, [] { return 4; }) == 4);
        CHECK(sio::with_timeout(1h, [] {}));
        CHECK(**sio::with_timeout(1h, [] { return std::make_unique<int>(5); }) == 5);
        CHECK_FALSE(sio::with_timeout(1ms, [] {
            sio::sleep(1h);
            return 4;
        }));
        CHECK_THROWS_AS(sio::with_timeout(1h, [] { throw sio::Timeout("another's"); }), sio::Timeout);
        const auto outer = sio::with_timeout(1ms, [] { return sio::with_timeout(1h, [] { sio::sleep(2h); }); });
        CHECK_FALSE(outer);
    });
}

TEST_CASE("limits of one greenlet do not concern another") {
    sio::run([] {
        auto child = sio::spawn([] { sio::sleep(10ms); });
        sio::TimeoutScope limit(1ms);
        CHECK_THROWS_AS(child.join(), sio::Timeout);
        CHECK(child.join());
        CHECK(child.successful());
    });
}

TEST_CASE("a kill comes before a time limit") {
    sio::run([] {
        bool timed_out = false;
        auto child = sio::spawn([&] {
            try {
                sio::TimeoutScope limit(1ms);
                sio::sleep(1h);
            } catch (const sio::Timeout&) {
                timed_out = true;
            }
        });
        sio::sleep(0ms);
        child.kill(false);
        child.join();
        CHECK_FALSE(timed_out);
    });
}
