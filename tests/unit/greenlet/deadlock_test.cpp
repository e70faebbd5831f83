// A program whose greenlets all wait, with nothing to wake one, ends instead of hanging.

#include <doctest/doctest.h>
#include <sio/channel.hpp>
#include <sio/greenlet.hpp>
#include <sio/rlock.hpp>

#include <chrono>
#include <mutex>
#include <string>
#include <thread>

using namespace std::chrono_literals;

namespace {

template <class Function>
std::string deadlock_of(Function function) {
    try {
        sio::run(function);
    } catch (const sio::Deadlock& deadlock) {
        CHECK(deadlock.code() == sio::errc::deadlock);
        return deadlock.what();
    }
    return {};
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a greenlet that waits for what nobody can do ends the program with an error that names it") {
    const std::string text = deadlock_of([] {
        sio::Event never;
        never.wait();
    });
    CHECK(contains(text, "\"main\" waits in Event::wait"));
}

TEST_CASE("the error lists everybody who waits, and for what; they unwind") {
    int unwound = 0;
    struct Count {
        int& n;
        ~Count() { ++n; }
    };
    const std::string text = deadlock_of([&] {
        sio::RLock a;
        sio::RLock b;
        sio::Channel<int> channel;
        const auto lock_both = [&](sio::RLock& first, sio::RLock& second) {
            const Count count{unwound};
            const std::lock_guard one(first);
            sio::sleep(1ms);
            const std::lock_guard two(second);
        };
        auto left = sio::spawn(lock_both, std::ref(a), std::ref(b));
        auto right = sio::spawn(lock_both, std::ref(b), std::ref(a));
        auto reader = sio::spawn([&] { channel.get(); });
        left.set_name("left");
        right.set_name("right");
        reader.set_name("reader");
        left.join();
    });
    CHECK(contains(text, "\"main\" waits in join"));
    CHECK(contains(text, "\"left\" waits in Semaphore::acquire"));
    CHECK(contains(text, "\"right\" waits in Semaphore::acquire"));
    CHECK(contains(text, "\"reader\" waits in Channel::get"));
    CHECK(unwound == 2);
}

TEST_CASE("a time limit that was set for something else does not hide a deadlock") {
    const auto begin = std::chrono::steady_clock::now();
    const std::string text = deadlock_of([] {
        sio::Event event;
        CHECK_FALSE(event.wait(1ms));
        auto sleeper = sio::spawn([] { sio::sleep(1h); });
        sio::sleep(1ms);
        sleeper.kill();
        event.wait();
    });
    CHECK(contains(text, "Event::wait"));
    CHECK(std::chrono::steady_clock::now() - begin < 10s);
}

TEST_CASE("who sleeps, offloads, or waits for another thread is not deadlocked") {
    CHECK(deadlock_of([] {
              sio::sleep(150ms);
              sio::offload([] { std::this_thread::sleep_for(150ms); });
          }).empty());
    sio::Event done;
    std::thread other([&] {
        std::this_thread::sleep_for(200ms);
        done.set();
    });
    CHECK(deadlock_of([&] { done.wait(); }).empty());
    other.join();
}

TEST_CASE("idle threads of the pool do not hide a deadlock") {
    CHECK_FALSE(deadlock_of([] {
                    sio::offload([] {});
                    sio::sleep(5ms);
                    sio::Event().wait();
                }).empty());
}

TEST_CASE("detection can be turned off") {
    std::string text;
    std::thread other([&] { sio::run([] { CHECK_FALSE(sio::Event().wait(300ms)); }, {.detect_deadlock = false}); });
    other.join();
}
