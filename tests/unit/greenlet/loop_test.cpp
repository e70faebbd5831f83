#include "greenlet/loop.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/post.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <sio/greenlet.hpp>

#include "greenlet/sanitizer.hpp"
#include "unit/greenlet/log_capture.hpp"

using namespace std::chrono_literals;
using sio::greenlet::Loop;
using sio::util::Clock;

namespace {

/// Runs `first` on a loop until somebody stops it.
void run_loop(Loop& loop, Loop::Job first) {
    loop.post(std::move(first));
    loop.run();
}

/// Runs `then` on the current loop when `done` says so.
void wait_until(std::function<bool()> done, std::function<void()> then) {
    if (done()) return then();
    Loop::current()->post_after(1ms, [done = std::move(done), then = std::move(then)] { wait_until(done, then); });
}

}  // namespace

TEST_CASE("posted jobs run in order, deferred ones at the end of the turn") {
    Loop loop;
    std::string order;
    run_loop(loop, [&] {
        loop.defer([&] {
            order += "deferred;";
            loop.defer([&] {
                order += "deferred next;";
                loop.stop();
            });
            loop.post([&] { order += "posted last;"; });
        });
        loop.post([&] {
            order += "a;";
            loop.post([&] { order += "c;"; });
        });
        loop.post([&] { order += "b;"; });
        order += "first;";
    });
    CHECK(order == "first;a;b;c;deferred;posted last;deferred next;");
}

TEST_CASE("what is deferred waits for handlers and greenlets that are ready") {
    Loop loop;
    std::string order;
    run_loop(loop, [&] {
        boost::asio::post(loop.context(), [&] { order += "handler 1;"; });
        boost::asio::post(loop.context(), [&] { order += "handler 2;"; });
        sio::spawn([&] {
            order += "greenlet;";
            sio::sleep(0ms);
            order += "woken;";
            loop.stop();
        });
        loop.defer([&] { order += "deferred;"; });
    });
    CHECK(order == "greenlet;woken;deferred;");  // of this very turn; handlers were posted behind it
}

TEST_CASE("enter() runs at once up to the first suspension, also within a greenlet") {
    Loop loop;
    std::string order;
    run_loop(loop, [&] {
        loop.enter([&] {
            order += "outer;";
            const auto outer_id = sio::current_greenlet_id();
            loop.enter([&] {
                order += "inner;";
                sio::sleep(1ms);
                order += "inner end;";
                loop.stop();
            });
            CHECK(sio::current_greenlet_id() == outer_id);
            order += "outer end;";
        });
        order += "back;";
    });
    CHECK(order == "outer;inner;outer end;back;inner end;");
}

TEST_CASE("an exception out of enter(), a job or a handler is logged and ends nothing else") {
    LogCapture log;
    Loop loop;
    int after = 0;
    run_loop(loop, [&] {
        loop.enter([] { throw std::runtime_error("from a greenlet"); });
        loop.post([] { throw std::runtime_error("from a job"); });
        boost::asio::post(loop.context(), [] { throw std::runtime_error("from a handler"); });
        loop.post_after(5ms, [&] {
            ++after;
            loop.stop();
        });
    });
    CHECK(after == 1);
    CHECK(log.count("from a greenlet") == 1);
    CHECK(log.count("from a job") == 1);
    CHECK(log.count("from a handler") == 1);
}

TEST_CASE("virtual time moves on to the next timer when nothing else is ready, and only then") {
    Loop loop{{.virtual_time = true}};
    const auto begun = loop.now();
    const auto really_begun = Clock::now();
    std::string order;
    run_loop(loop, [&] {
        loop.post_after(1h, [&] {
            order += "hour;";
            CHECK(loop.now() - begun >= 1h);
            loop.stop();
        });
        loop.enter([&] {
            sio::sleep(5min);
            order += "greenlet;";
            CHECK(loop.now() - begun < 6min);
        });
        for (int i = 0; i < 1000; ++i) loop.post([&, last = i == 999] { order += last ? "jobs;" : ""; });
        CHECK(loop.now() == begun);
    });
    CHECK(order == "jobs;greenlet;hour;");
    CHECK(Clock::now() - really_begun < 1min);
}

TEST_CASE("workers are parked and reused, up to a limit") {
    sio::greenlet::LoopOptions options;
    options.parked_workers = 3;
    Loop loop(options);
    run_loop(loop, [&] {
        for (int i = 0; i < 10; ++i) loop.enter([] {});
        CHECK(loop.workers() == 1);
        for (int i = 0; i < 10; ++i) loop.enter([] { sio::sleep(1ms); });
        CHECK(loop.workers() == 10);
        CHECK(loop.greenlets() == 10);
        wait_until([&] { return loop.greenlets() == 0; },
                   [&] {
                       CHECK(loop.workers() == 3);
                       loop.stop();
                   });
    });
    CHECK(loop.workers() == 0);
}

TEST_CASE("jobs from other threads all run, those of one thread in order") {
    Loop loop;
    constexpr int threads = 4;
    constexpr int posts = 2000;
    std::vector<int> next(threads, 0);
    int wrong = 0;
    int left = threads * posts;
    std::vector<std::thread> posters;
    for (int t = 0; t < threads; ++t) {
        posters.emplace_back([&, t] {
            for (int i = 0; i < posts; ++i) {
                loop.post([&, t, i] {
                    wrong += next[static_cast<std::size_t>(t)]++ != i;
                    if (--left == 0) loop.stop();
                });
            }
        });
    }
    loop.run();
    for (std::thread& thread : posters) thread.join();
    CHECK(wrong == 0);
    CHECK(left == 0);
}

TEST_CASE("a stop from another thread, also one before run(), ends it; it can run again") {
    Loop loop;
    loop.stop();
    loop.run();
    for (int i = 0; i < 20; ++i) {
        std::thread stopper([&] { loop.stop(); });
        loop.run();
        stopper.join();
        loop.stop();
        loop.run();
    }
    bool ran = false;
    run_loop(loop, [&] {
        ran = true;
        loop.stop();
    });
    CHECK(ran);
}

TEST_CASE("jobs that never run are destroyed") {
    auto token = std::make_shared<int>(1);
    {
        Loop loop;
        run_loop(loop, [&, token] {
            loop.stop();
            loop.post([token] {});
            loop.defer([token] {});
            loop.post_after(1h, [token] {});
            struct PostsAgain {
                Loop& loop;
                std::shared_ptr<int> token;
                ~PostsAgain() {
                    loop.post([token = token] {});
                }
            };
            loop.post_after(1h, [again = std::make_unique<PostsAgain>(PostsAgain{loop, token})] {});
        });
        loop.post([token] { FAIL("the loop has ended"); });
    }
    CHECK(token.use_count() == 1);
}

TEST_CASE("delayed jobs and timers come on time and in order") {
    Loop loop;
    std::vector<std::pair<int, Clock::duration>> fired;
    const auto begin = Clock::now();
    run_loop(loop, [&] {
        for (int ms : {40, 7, 20, 1}) {
            loop.post_after(std::chrono::milliseconds(ms), [&, ms] {
                fired.emplace_back(ms, Clock::now() - begin);
                if (fired.size() == 4) loop.stop();
            });
        }
    });
    REQUIRE(fired.size() == 4);
    CHECK(std::is_sorted(fired.begin(), fired.end()));
    for (const auto& [ms, at] : fired) CHECK(at >= std::chrono::milliseconds(ms));
    // The best of them shows the precision; the others may have met a busy machine.
    Clock::duration best = 1h;
    for (const auto& [ms, at] : fired) best = std::min(best, at - std::chrono::milliseconds(ms));
    CHECK(best < 100ms);  // 1 ms, on a machine with nothing else to do
}

TEST_CASE("a timer that becomes the earliest is not late because of the one before") {
    Loop loop;
    Clock::duration took{};
    run_loop(loop, [&] {
        loop.post_after(10min, [] {});
        loop.post_after(1ms, [&, begin = Clock::now()] {
            loop.post_after(2ms, [&, begin] {
                took = Clock::now() - begin;
                loop.stop();
            });
        });
    });
    CHECK(took >= 3ms);
    CHECK(took < 1min);
}

TEST_CASE("ten thousand greenlets sleep at once") {
    // ThreadSanitizer counts each as a thread, of which it allows 8128.
    const int count = sio::greenlet::sanitizer::active ? 1000 : 10'000;
    int woken = 0;
    sio::run([&] {
        std::vector<sio::AnyGreenlet> all;
        for (int i = 0; i < count; ++i) {
            all.push_back(sio::spawn([&woken, i] {
                sio::sleep(std::chrono::milliseconds(20 + i % 50));
                ++woken;
            }));
        }
        sio::joinall(all);
    });
    CHECK(woken == count);
}

TEST_CASE("greenlets of two loops meet at events, queues, joins and kills") {
    Loop other;
    std::thread thread([&] { other.run(); });
    sio::run([&] {
        sio::Queue<int> there(4);
        sio::Queue<int> back;
        sio::Event started;
        sio::Greenlet<int> adder;
        other.post([&] {
            adder = sio::spawn([&] {
                int sum = 0;
                for (int n; (n = there.get()) >= 0; back.put(n)) sum += n;
                return sum;
            });
            started.set();
        });
        started.wait();
        for (int i = 0; i < 500; ++i) there.put(i);
        int received = 0;
        for (int i = 0; i < 500; ++i) received += back.get() == i;
        CHECK(received == 500);
        there.put(-1);
        CHECK(adder.get() == 499 * 500 / 2);

        sio::Greenlet<> sleeper;
        sio::Event sleeping;
        other.post([&] {
            sleeper = sio::spawn([&] {
                sleeping.set();
                sio::sleep(1h);
            });
        });
        sleeping.wait();
        sleeper.kill();
        CHECK(sleeper.ready());

        // An event on this stack ends as soon as its waiter has been woken from there.
        for (int i = 0; i < 200; ++i) {
            sio::Event done;
            other.post([&] { done.set(); });
            done.wait();
        }
    });
    other.stop();
    thread.join();
}

TEST_CASE("wakes from another loop race with time limits and kills, and nothing is lost") {
    Loop other;
    std::thread thread([&] { other.run(); });
    std::atomic<int> put{0};
    int got = 0;
    sio::run([&] {
        sio::Queue<int> queue;
        sio::Event ended;
        other.post([&] {
            sio::spawn([&] {
                for (int i = 0; i < 2000; ++i) {
                    queue.put(i);
                    ++put;
                    if (i % 16 == 0) sio::sleep(0ms);
                }
                ended.set();
            });
        });
        while (!ended.is_set() || !queue.empty()) {
            auto getter = sio::spawn([&] {
                for (;;) {
                    if (queue.try_get(std::chrono::microseconds(50))) ++got;
                }
            });
            sio::sleep(1ms);
            getter.kill();
        }
    });
    other.stop();
    thread.join();
    CHECK(put == 2000);
    CHECK(got == 2000);
}

TEST_CASE("a loop says which greenlet keeps it from ending") {
    LogCapture log;
    sio::Event release;
    Loop loop;
    std::thread helper;
    run_loop(loop, [&] {
        auto slow = sio::spawn([&] {
            struct Slow {
                sio::Event& release;
                ~Slow() { release.wait(); }
            } at_end{release};
            sio::sleep(1h);
        });
        slow.set_name("slow to end");
        sio::spawn([&] {
            sio::sleep(1ms);
            loop.stop();
            helper = std::thread([&] {
                while (log.count("\"slow to end\" still waits for Event::wait") == 0) std::this_thread::sleep_for(10ms);
                release.set();
            });
        });
    });
    helper.join();
    CHECK(log.count("\"slow to end\" still waits for Event::wait") >= 1);
}
