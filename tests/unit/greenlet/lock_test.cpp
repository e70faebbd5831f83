// Locks and conditions, by the contracts of the standard library's.

#include <doctest/doctest.h>
#include <sio/bounded_semaphore.hpp>
#include <sio/condition.hpp>
#include <sio/greenlet.hpp>
#include <sio/rlock.hpp>

#include <deque>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

TEST_CASE("a bounded semaphore refuses permits that nobody took") {
    sio::run([] {
        sio::BoundedSemaphore places(2);
        CHECK_THROWS_AS(places.release(), sio::Error);
        CHECK(places.available() == 2);
        places.acquire();
        CHECK_THROWS_AS(places.release(2), sio::Error);
        places.release();
        places.acquire();
        places.acquire();
        auto waiter = sio::spawn([&] { const std::lock_guard lock(places); });
        sio::sleep(0ms);
        CHECK_FALSE(waiter.ready());
        places.release();
        CHECK(waiter.join(1min));
        places.release();
        CHECK_THROWS_AS(places.release(), sio::Error);
    });
}

TEST_CASE("an RLock may be locked again by its owner and by nobody else") {
    sio::run([] {
        sio::RLock mutex;
        std::vector<int> order;
        {
            const std::lock_guard outer(mutex);
            auto other = sio::spawn([&] {
                CHECK_FALSE(mutex.owned());
                CHECK_FALSE(mutex.try_lock());
                const std::unique_lock waits(mutex, 1ms);
                CHECK_FALSE(waits.owns_lock());
            });
            other.join();
            {
                const std::scoped_lock inner(mutex);
                CHECK(mutex.try_lock());
                mutex.unlock();
            }
            CHECK(mutex.owned());
            auto second = sio::spawn([&] {
                const std::lock_guard lock(mutex);
                order.push_back(2);
            });
            sio::sleep(1ms);
            order.push_back(1);
        }
        const std::lock_guard lock(mutex);
        order.push_back(3);
        CHECK(order == std::vector<int>{1, 2, 3});
    });
}

TEST_CASE("an RLock refuses to be unlocked by who does not own it") {
    sio::run([] {
        sio::RLock mutex;
        CHECK_THROWS_AS(mutex.unlock(), std::system_error);
        const std::lock_guard lock(mutex);
        sio::spawn([&] { CHECK_THROWS_AS(mutex.unlock(), std::system_error); }).join();
    });
    sio::RLock mutex;
    CHECK_THROWS_AS(mutex.lock(), sio::Error);
}

TEST_CASE("an RLock guards between the greenlets of several threads") {
    sio::RLock mutex;
    int count = 0;
    const auto add = [&] {
        std::vector<sio::AnyGreenlet> all;
        for (int i = 0; i < 20; ++i) {
            all.push_back(sio::spawn([&] {
                for (int k = 0; k < 20; ++k) {
                    const std::scoped_lock lock(mutex);
                    const std::scoped_lock again(mutex);
                    ++count;
                    if (k % 5 == 0) sio::sleep(0ms);
                }
            }));
        }
        sio::joinall(all);
    };
    std::thread other([&] { sio::run(add); });
    sio::run(add);
    other.join();
    CHECK(count == 800);
}

TEST_CASE("a condition unlocks while it waits and locks again") {
    sio::run([] {
        sio::RLock mutex;
        sio::Condition changed;
        std::deque<int> jobs;
        std::vector<int> done;
        std::vector<sio::AnyGreenlet> workers;
        for (int i = 0; i < 2; ++i) {
            workers.push_back(sio::spawn([&] {
                std::unique_lock lock(mutex);
                changed.wait(lock, [&] { return !jobs.empty(); });
                CHECK(mutex.owned());
                done.push_back(jobs.front());
                jobs.pop_front();
            }));
        }
        sio::sleep(0ms);
        for (const int job : {1, 2}) {
            const std::lock_guard lock(mutex);
            jobs.push_back(job);
            changed.notify_one();
        }
        CHECK(sio::joinall(workers, 1min));
        CHECK(done == std::vector<int>{1, 2});
    });
}

TEST_CASE("a condition's limit passes, and its predicate has the last word") {
    sio::run([] {
        sio::Semaphore mutex;
        sio::Condition changed;
        std::unique_lock lock(mutex);
        CHECK_FALSE(changed.wait(lock, 1ms));
        CHECK(lock.owns_lock());
        CHECK_FALSE(changed.wait(lock, [] { return false; }, 1ms));
        int asked = 0;
        CHECK(changed.wait(lock, [&] { return ++asked == 2; }, 1ms));
        CHECK(mutex.available() == 0);
    });
}

TEST_CASE("a greenlet killed in a condition holds the lock while it unwinds") {
    sio::run([] {
        sio::RLock mutex;
        sio::Condition changed;
        bool owned = false;
        auto waiter = sio::spawn([&] {
            std::unique_lock lock(mutex);
            try {
                changed.wait(lock);
            } catch (const sio::GreenletExit&) {
                owned = mutex.owned() && lock.owns_lock();
                throw;
            }
        });
        sio::sleep(0ms);
        {
            const std::lock_guard lock(mutex);
            waiter.kill(false);
            sio::sleep(2ms);
            CHECK_FALSE(waiter.ready());  // it waits for the lock
        }
        CHECK(waiter.join(1min));
        CHECK(owned);
        CHECK(mutex.try_lock());
        changed.notify_all();
        mutex.unlock();
    });
}

TEST_CASE("a condition outside a greenlet is refused and leaves the lock alone") {
    sio::Semaphore mutex;
    sio::Condition changed;
    CHECK(mutex.try_lock());
    CHECK_THROWS_AS(changed.wait(mutex), sio::Error);
    CHECK(mutex.available() == 0);
}

TEST_CASE("notifications come from other threads") {
    sio::RLock mutex;
    sio::Condition changed;
    int value = 0;
    std::thread other([&] {
        sio::run([&] {
            const std::lock_guard lock(mutex);
            value = 5;
            changed.notify_all();
        });
    });
    sio::run([&] {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return value == 5; });
    });
    other.join();
}
