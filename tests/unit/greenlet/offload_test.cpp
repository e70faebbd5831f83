#include <sio/offload.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <sio/greenlet.hpp>

#include "greenlet/loop.hpp"
#include "greenlet/thread_pool.hpp"

using namespace std::chrono_literals;

TEST_CASE("offload runs on another thread and returns the result or throws the exception") {
    sio::run([] {
        const auto here = std::this_thread::get_id();
        CHECK(sio::offload([] { return std::this_thread::get_id(); }) != here);
        CHECK(*sio::offload([] { return std::make_unique<int>(4); }) == 4);
        bool done = false;
        sio::offload([&] { done = true; });
        CHECK(done);
        CHECK_THROWS_WITH_AS(sio::offload([] { throw std::runtime_error("in the pool"); }), "in the pool",
                             std::runtime_error);
        CHECK(std::this_thread::get_id() == here);
    });
}

TEST_CASE("offload blocks the greenlet but not the loop") {
    sio::run([] {
        std::promise<void> release;
        auto blocked = sio::spawn([&] {
            return sio::offload([f = release.get_future()]() mutable {
                f.get();
                return 1;
            });
        });
        int turns = 0;
        while (turns < 5) {
            sio::sleep(1ms);
            ++turns;
        }
        CHECK_FALSE(blocked.ready());
        release.set_value();
        CHECK(blocked.get() == 1);
    });
}

TEST_CASE("more work than threads waits its turn") {
    sio::run([] {
        std::atomic<int> running{0};
        std::atomic<int> most{0};
        std::vector<sio::AnyGreenlet> all;
        for (int i = 0; i < 40; ++i) {
            all.push_back(sio::spawn([&] {
                sio::offload([&] {
                    const int now = ++running;
                    int before = most;
                    while (now > before && !most.compare_exchange_weak(before, now)) {
                    }
                    std::this_thread::sleep_for(1ms);
                    --running;
                });
            }));
        }
        sio::joinall(all);
        CHECK(most <= 4);
        CHECK(most >= 1);
    });
}

TEST_CASE("a greenlet killed during its work waits for it, drops the result and ends") {
    std::atomic<bool> finished{false};
    std::weak_ptr<int> result;
    bool returned = false;
    std::promise<void> begun;
    sio::run([&] {
        auto child = sio::spawn([&] {
            std::string local(1000, 'x');  // the work refers to the greenlet's stack
            sio::offload([&] {
                begun.set_value();
                std::this_thread::sleep_for(20ms);
                finished = local.size() == 1000;
                auto value = std::make_shared<int>(1);
                result = value;
                return value;
            });
            returned = true;
        });
        sio::sleep(0ms);
        begun.get_future().wait();
        child.kill();
        CHECK(finished);
        CHECK(result.expired());
        CHECK_FALSE(returned);
        CHECK(child.ready());
    });
}

TEST_CASE("a greenlet killed while its work waits for a thread never runs it") {
    sio::greenlet::ThreadPool pool(1);
    sio::greenlet::LoopOptions options;
    options.pool = &pool;
    sio::greenlet::Loop loop(options);
    bool ran = false;
    loop.post([&] {
        sio::spawn([&] {
            std::promise<void> release;
            auto busy = sio::spawn([&] { sio::offload([&] { release.get_future().wait(); }); });
            auto queued = sio::spawn([&] { sio::offload([&] { ran = true; }); });
            auto last = sio::spawn([&] { return sio::offload([] { return 3; }); });
            sio::sleep(1ms);
            queued.kill();
            CHECK(queued.ready());
            CHECK_FALSE(busy.ready());
            release.set_value();
            busy.join();
            CHECK(last.get() == 3);
            loop.stop();
        });
    });
    loop.run();
    CHECK_FALSE(ran);
}

TEST_CASE("a time limit on offloaded work comes when the work has ended") {
    sio::run([] {
        std::atomic<bool> begun{false};
        std::atomic<bool> finished{false};
        sio::TimeoutScope limit(20ms);
        CHECK_THROWS_AS(sio::offload([&] {
                            begun = true;
                            std::this_thread::sleep_for(60ms);
                            finished = true;
                        }),
                        sio::Timeout);
        CHECK(finished == begun);  // on a busy machine it may not have begun
    });
}

TEST_CASE("a loop that ends with work under way waits for it, and drops what has not begun") {
    std::promise<void> release;
    const std::shared_future<void> released = release.get_future();
    std::atomic<int> begun{0};
    std::atomic<int> finished{0};
    std::thread helper;
    sio::run([&] {
        for (int i = 0; i < 8; ++i) {
            sio::spawn([&] {
                sio::offload([&] {
                    ++begun;
                    released.wait();
                    ++finished;
                });
            });
        }
        while (begun < 4) sio::sleep(1ms);
        helper = std::thread([&] {
            std::this_thread::sleep_for(10ms);  // the loop is ending by now
            release.set_value();
        });
    });
    CHECK(finished == begun);
    CHECK(finished >= 4);
    helper.join();
}

TEST_CASE("work that can be cut short is, when its greenlet is killed, and once only") {
    sio::run([] {
        std::promise<void> begun;
        std::promise<void> cut;
        int cuts = 0;
        auto greenlet = sio::spawn([&] {
            sio::offload(
                [&] {
                    begun.set_value();
                    cut.get_future().get();
                },
                [&]() noexcept {
                    if (++cuts == 1) cut.set_value();
                });
        });
        sio::offload([&] { begun.get_future().get(); });
        greenlet.kill(false);
        greenlet.kill(false);
        greenlet.join();
        CHECK_FALSE(greenlet.successful());
        CHECK(cuts == 1);
    });
}

TEST_CASE("work that can be cut short is, when a time limit passes") {
    sio::run([] {
        bool begun = false;
        // Should the thread not come to it within the limit, it is not begun at all.
        for (sio::Duration limit = 5ms; !begun; limit *= 2) {
            std::promise<void> cut;
            int cuts = 0;
            CHECK_FALSE(sio::with_timeout(limit, [&] {
                sio::offload(
                    [&] {
                        begun = true;
                        cut.get_future().get();
                    },
                    [&]() noexcept {
                        ++cuts;
                        cut.set_value();
                    });
            }));
            CHECK(cuts == (begun ? 1 : 0));
        }
    });
}

TEST_CASE("work whose greenlet is left alone is not cut short") {
    sio::run([] {
        bool cut = false;
        CHECK(sio::offload([] { return 5; }, [&]() noexcept { cut = true; }) == 5);
        CHECK_FALSE(cut);
    });
}
