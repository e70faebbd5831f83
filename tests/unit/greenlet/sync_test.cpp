#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include <sio/greenlet.hpp>

using namespace std::chrono_literals;

TEST_CASE("an event wakes all that wait, and those that come later do not block") {
    sio::run([] {
        sio::Event event;
        int woken = 0;
        std::vector<sio::AnyGreenlet> waiters;
        for (int i = 0; i < 3; ++i) waiters.push_back(sio::spawn([&] { woken += event.wait(); }));
        sio::sleep(1ms);
        CHECK(woken == 0);
        event.set();
        CHECK(woken == 0);  // on a later turn
        sio::joinall(waiters);
        CHECK(woken == 3);
        CHECK(event.wait());
        CHECK(event.is_set());
        event.clear();
        CHECK_FALSE(event.wait(1ms));
        CHECK_FALSE(event.wait(0ms));
    });
}

TEST_CASE("a greenlet that an event woke is woken although the flag was lowered at once") {
    sio::run([] {
        sio::Event event;
        auto waiter = sio::spawn([&] { return event.wait(1h); });
        sio::sleep(0ms);
        event.set();
        event.clear();
        CHECK(waiter.get());
    });
}

TEST_CASE("an event may end right after it was set") {
    sio::run([] {
        auto event = std::make_unique<sio::Event>();
        auto waiter = sio::spawn([&e = *event] { return e.wait(); });
        sio::sleep(0ms);
        event->set();
        event.reset();
        CHECK(waiter.get());
    });
}

TEST_CASE("an AsyncResult passes a value or an exception, the first one") {
    sio::run([] {
        sio::AsyncResult<std::string> result;
        CHECK_FALSE(result.ready());
        CHECK_THROWS_AS(result.get(1ms), sio::Timeout);
        auto getter = sio::spawn([&] { return result.get(); });
        sio::sleep(0ms);
        CHECK(result.set("value"));
        CHECK_FALSE(result.set("second"));
        CHECK_FALSE(result.set_exception(std::make_exception_ptr(1)));
        CHECK(getter.get() == "value");
        CHECK(result.get() == "value");

        sio::AsyncResult<void> failed;
        auto waiter = sio::spawn([&] { return failed.wait(); });
        sio::sleep(0ms);
        failed.set_exception(std::make_exception_ptr(std::runtime_error("failed")));
        CHECK(waiter.get());
        CHECK_THROWS_WITH(failed.get(), "failed");

        sio::AsyncResult<void> done;
        CHECK(done.set());
        done.get();
    });
}

TEST_CASE("a semaphore hands permits over in the order of the asking") {
    sio::run([] {
        sio::Semaphore semaphore(2);
        std::string order;
        int inside = 0;
        int most = 0;
        std::vector<sio::AnyGreenlet> all;
        for (char name : std::string("abcdef")) {
            all.push_back(sio::spawn([&, name] {
                semaphore.acquire();
                order += name;
                most = std::max(most, ++inside);
                sio::sleep(1ms);
                --inside;
                semaphore.release();
            }));
        }
        sio::joinall(all);
        CHECK(order == "abcdef");
        CHECK(most == 2);
        CHECK(semaphore.available() == 2);
    });
}

TEST_CASE("nobody overtakes a greenlet that a permit was handed to") {
    sio::run([] {
        sio::Semaphore semaphore(0);
        auto waiter = sio::spawn([&] { return semaphore.acquire(); });
        sio::sleep(0ms);
        semaphore.release();
        CHECK_FALSE(semaphore.try_lock());
        CHECK(waiter.get());
        CHECK(semaphore.available() == 0);
        semaphore.release(3);
        CHECK(semaphore.available() == 3);
    });
}

TEST_CASE("a semaphore of one is a mutex for std::lock_guard") {
    sio::run([] {
        sio::Semaphore mutex;
        int value = 0;
        std::vector<sio::AnyGreenlet> all;
        for (int i = 0; i < 10; ++i) {
            all.push_back(sio::spawn([&] {
                const std::lock_guard lock(mutex);
                const int before = value;
                sio::sleep(0ms);
                value = before + 1;
            }));
        }
        sio::joinall(all);
        CHECK(value == 10);
    });
}

TEST_CASE("a queue is first in, first out, for several producers and consumers") {
    sio::run([] {
        sio::Queue<int> queue;
        std::vector<int> got;
        std::vector<sio::AnyGreenlet> consumers;
        for (int i = 0; i < 3; ++i) {
            consumers.push_back(sio::spawn([&] {
                for (int n; (n = queue.get()) >= 0;) got.push_back(n);
            }));
        }
        for (int i = 0; i < 100; ++i) {
            queue.put(i);
            if (i % 7 == 0) sio::sleep(0ms);
        }
        for (int i = 0; i < 3; ++i) queue.put(-1);
        sio::joinall(consumers);
        CHECK(got.size() == 100);
        CHECK(std::is_sorted(got.begin(), got.end()));
        CHECK(queue.empty());
    });
}

TEST_CASE("a bounded queue blocks who puts into it, up to a limit") {
    sio::run([] {
        sio::Queue<int> queue(2);
        queue.put(1);
        queue.put(2);
        CHECK(queue.size() == 2);
        CHECK_THROWS_AS(queue.put(3, 1ms), sio::Timeout);
        int value = 3;
        CHECK_FALSE(queue.try_put(value));
        auto producer = sio::spawn([&] { queue.put(3); });
        sio::sleep(0ms);
        CHECK_FALSE(producer.ready());
        CHECK(queue.get() == 1);
        producer.join();
        CHECK(queue.get() == 2);
        CHECK(queue.get() == 3);
        CHECK_FALSE(queue.try_get());
        CHECK_THROWS_AS(queue.get(1ms), sio::Timeout);
        CHECK_FALSE(queue.try_get(1ms));
    });
}

TEST_CASE("a value that did not fit stays with its owner") {
    sio::Queue<std::unique_ptr<int>> queue(1);
    auto first = std::make_unique<int>(1);
    auto second = std::make_unique<int>(2);
    CHECK(queue.try_put(first));
    CHECK_FALSE(first);
    CHECK_FALSE(queue.try_put(second));
    REQUIRE(second);
    CHECK(**queue.try_get() == 1);
}
