#include <doctest/doctest.h>

#include <chrono>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <sio/greenlet.hpp>
#include <sio/group.hpp>
#include <sio/iwait.hpp>

#include "greenlet/interruption.hpp"
#include "greenlet/thread_pool.hpp"

using namespace std::chrono_literals;

namespace {

/// Handles errors as code does that knows nothing of time limits.
template <class Function>
void with_errors_handled(Function function) {
    try {
        function();
    } catch (const std::exception&) {
    }
}

/// What blocks in its destructor, and finishes although the greenlet is to end.
struct Farewell {
    std::string& log;
    ~Farewell() {
        const sio::Shield shield;
        sio::sleep(1ms);
        log += "said;";
    }
};

}  // namespace

TEST_CASE("the time limit of a scope is no error: handlers of errors let it pass") {
    sio::run([] {
        bool went_on = false;
        CHECK_FALSE(sio::with_timeout(1ms, [&] {
            with_errors_handled([] { sio::sleep(sio::forever); });
            went_on = true;
        }));
        CHECK_FALSE(went_on);
    });
}

TEST_CASE("the limit of a single call is an error, and a timeout") {
    sio::run([] {
        sio::Queue<int> queue;
        CHECK_THROWS_AS(queue.get(1ms), sio::TimeoutError);
        CHECK_THROWS_AS(queue.get(1ms), sio::Timeout);
        CHECK_THROWS_AS(queue.get(1ms), std::runtime_error);
        try {
            queue.get(1ms);
        } catch (const sio::Error& error) {
            CHECK(error.code() == sio::errc::timeout);
            CHECK(std::string(error.what()) == "Queue::get");
        }
    });
}

TEST_CASE("a scope's limit that leaves its greenlet is an error of that greenlet") {
    sio::run([] {
        auto late = sio::spawn([] {
            const sio::TimeoutScope limit(1ms);
            sio::sleep(sio::forever);
        });
        CHECK_THROWS_AS(late.get(), sio::TimeoutError);
        CHECK_FALSE(late.successful());
        sio::Group group;
        group.spawn([] {
            const sio::TimeoutScope limit(1ms);
            sio::sleep(sio::forever);
        });
        CHECK_THROWS_AS(group.join(sio::forever, true), std::exception);
    });
}

TEST_CASE("a step that lets nothing out does not lose the limit that came in it") {
    sio::run([] {
        const auto step = []() noexcept {
            try {
                sio::sleep(sio::forever);
            } catch (...) {
                CHECK(sio::greenlet::is_interruption());
                sio::greenlet::keep_interruption();
            }
        };
        int steps = 0;
        CHECK_FALSE(sio::with_timeout(1ms, [&] {
            step();
            ++steps;
            sio::sleep(1ms);
            ++steps;
        }));
        CHECK(steps == 1);
    });
}

TEST_CASE("a destructor that blocks finishes behind a shield, at the end of a block and while the stack unwinds") {
    sio::run([] {
        std::string log;
        {
            // The limit passes in the destructor.
            const sio::TimeoutScope limit(sio::Duration::zero());
            const Farewell farewell{log};
        }
        CHECK_FALSE(sio::with_timeout(1ms, [&] {
            const Farewell farewell{log};
            sio::sleep(sio::forever);
        }));
        auto killed = sio::spawn([&] {
            const sio::Shield shield;
            const Farewell farewell{log};
            sio::sleep(5ms);
            log += "slept;";
        });
        sio::sleep(1ms);
        killed.kill();
        CHECK(log == "said;said;slept;said;");
    });
}

TEST_CASE("limits that begin behind a shield, or in a destructor while the stack unwinds, work there") {
    struct Bounded {
        int& ended;
        ~Bounded() {
            if (!sio::with_timeout(1ms, [] { sio::sleep(sio::forever); })) ++ended;
        }
    };
    sio::run([] {
        int ended = 0;
        bool inner = true;
        CHECK_FALSE(sio::with_timeout(2ms, [&] {
            {
                const sio::Shield shield;
                sio::sleep(5ms);  // the outer one has passed
                inner = sio::with_timeout(1ms, [] { sio::sleep(sio::forever); });
                const sio::Shield another;
                const Bounded bounded{ended};
            }
            sio::sleep(sio::forever);
        }));
        CHECK_FALSE(inner);
        CHECK(ended == 1);
        auto killed = sio::spawn([&] {
            const Bounded bounded{ended};
            sio::sleep(sio::forever);
        });
        sio::sleep(0ms);
        killed.kill();
        CHECK(ended == 2);
        // One that kills itself behind a shield means it.
        auto itself = sio::spawn([] {
            const sio::Shield shield;
            sio::getcurrent().kill();
        });
        CHECK_THROWS_AS(itself.get(), sio::Error);
    });
}

TEST_CASE("a step on another thread that has been done counts, and its caller is interrupted afterwards") {
    sio::run([] {
        std::promise<void> begun;
        std::promise<void> go_on;
        std::string log;
        auto caller = sio::spawn([&] {
            const int result = sio::detail::offload_step(sio::detail::PoolPurpose::offload, [&] {
                begun.set_value();
                go_on.get_future().wait();
                return 7;
            });
            log += std::to_string(result);
            sio::sleep(0ms);
            log += "not to be";
        });
        sio::offload([&] { begun.get_future().wait(); });
        caller.kill(false);
        go_on.set_value();
        caller.join();
        CHECK(log == "7");
    });
}

TEST_CASE("a step that fails because it is interrupted throws the interruption") {
    sio::run([] {
        std::promise<void> stopped;
        const auto step = [&] {
            sio::detail::offload_step(
                sio::detail::PoolPurpose::offload,
                [&] {
                    stopped.get_future().wait();
                    throw std::runtime_error("interrupted");
                },
                [&]() noexcept { stopped.set_value(); });
        };
        CHECK_FALSE(sio::with_timeout(2ms, step));
    });
}

TEST_CASE("kinds of blocking work do not wait for each other") {
    sio::RunOptions options;
    options.threads = {.offload = 1, .files = 1, .databases = 1, .lookups = 1, .passwords = 1};
    sio::run(
        [] {
            std::promise<void> release;
            const auto held = release.get_future().share();
            auto busy = sio::spawn([held] { sio::offload([held] { held.wait(); }); });
            sio::sleep(0ms);
            int done = 0;
            for (const auto purpose : {sio::detail::PoolPurpose::files, sio::detail::PoolPurpose::databases,
                                       sio::detail::PoolPurpose::lookups, sio::detail::PoolPurpose::passwords}) {
                sio::with_timeout(1min, [&] { done += sio::detail::offload_step(purpose, [] { return 1; }); });
            }
            CHECK(done == 4);
            release.set_value();
            busy.join();
        },
        options);
    options.threads.lookups = 0;
    CHECK_THROWS_WITH_AS(sio::run([] {}, options), "sio: RunOptions::threads.lookups must be 1 to 1024, not 0",
                         std::invalid_argument);
}

TEST_CASE("a thread for which there is work is not idle, even before it wakes") {
    struct Task final : sio::greenlet::PoolTask {
        void run() noexcept override {
            release.wait();
            done.set_value();
        }
        std::shared_future<void> release;
        std::promise<void> done;
    };
    sio::greenlet::ThreadPool pool(1);
    const std::size_t others = sio::greenlet::ThreadPool::idle_threads();
    for (int i = 0; i < 100; ++i) {
        std::promise<void> release;
        Task task;
        task.release = release.get_future().share();
        pool.submit(task);
        REQUIRE(sio::greenlet::ThreadPool::idle_threads() == others);
        release.set_value();
        task.done.get_future().wait();
        while (sio::greenlet::ThreadPool::idle_threads() == others) std::this_thread::yield();
    }
}

TEST_CASE("links are taken off again, by hand and by whoever waited") {
    sio::run([] {
        auto lasting = sio::spawn([] { sio::sleep(sio::forever); });
        const auto held = std::make_shared<int>();
        int calls = 0;
        const sio::LinkId id = lasting.rawlink([held, &calls] { ++calls; });
        const sio::LinkId other = lasting.link([held, &calls] { ++calls; });
        CHECK(held.use_count() == 3);
        CHECK(lasting.unlink(id));
        CHECK_FALSE(lasting.unlink(id));
        CHECK(lasting.unlink(other));
        CHECK(held.use_count() == 1);

        const std::vector<sio::Greenlet<>> all{lasting};
        for (int i = 0; i < 3; ++i) {
            CHECK(sio::wait(all, 1ms).empty());
            CHECK_FALSE(sio::joinall(all, 1ms, true));
        }
        sio::Group group;
        group.add(lasting);
        group.discard(lasting);
        CHECK(group.empty());
        CHECK(sio::detail::GreenletAccess::core(lasting).links() == 0);
        lasting.kill();
        CHECK(calls == 0);
    });
}
