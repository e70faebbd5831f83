#include "util/timer_wheel.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <new>
#include <random>
#include <vector>

using namespace std::chrono_literals;
using sio::util::Clock;
using sio::util::Timer;
using sio::util::TimerWheel;

namespace {

Clock::time_point fake_now{};
constexpr Clock::time_point start = Clock::time_point{} + std::chrono::hours(1000);

/// A wheel at `start`, and its clock.
class Fixture {
    struct Start {
        Start() { fake_now = start; }
    } start_;  // before the wheel looks at the clock

public:
    void go_to(Clock::time_point time) {
        fake_now = time;
        wheel.advance(time);
    }
    void pass(Clock::duration time) { go_to(fake_now + time); }
    TimerWheel wheel{[] { return fake_now; }};
};

/// A timer that runs a function, and counts.
struct Probe {
    explicit Probe(std::function<void()> action = {})
        : action(std::move(action)), timer([](void* self) { static_cast<Probe*>(self)->fire(); }, this) {}
    void fire() {
        ++fired;
        at = fake_now;
        if (const auto kept = action) kept();  // which may destroy the probe
    }
    std::function<void()> action;
    int fired = 0;
    Clock::time_point at{};
    Timer timer;
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a timer fires once, at its deadline and not before") {
    Probe probe;
    probe.timer.arm(wheel, start + 5ms);
    CHECK(probe.timer.armed());
    CHECK(wheel.size() == 1);
    go_to(start + 4ms + 999us);
    CHECK(probe.fired == 0);
    go_to(start + 5ms);
    CHECK(probe.fired == 1);
    CHECK_FALSE(probe.timer.armed());
    CHECK(wheel.empty());
    pass(1h);
    CHECK(probe.fired == 1);
}

TEST_CASE_FIXTURE(Fixture, "a deadline between two milliseconds fires at the second") {
    Probe probe;
    probe.timer.arm(wheel, start + 2ms + 1ns);
    go_to(start + 2ms + 500us);
    CHECK(probe.fired == 0);
    go_to(start + 3ms);
    CHECK(probe.fired == 1);
}

TEST_CASE_FIXTURE(Fixture, "a deadline in the past fires on the next millisecond") {
    pass(1s);
    Probe probe;
    probe.timer.arm(wheel, start - 1h);
    wheel.advance(fake_now);
    CHECK(probe.fired == 0);
    pass(1ms);
    CHECK(probe.fired == 1);
}

TEST_CASE_FIXTURE(Fixture, "a delay counts from the clock, not from the last advance") {
    fake_now += 10s;
    Probe probe;
    probe.timer.arm(wheel, 5ms);
    wheel.advance(fake_now);
    CHECK(probe.fired == 0);
    pass(5ms);
    CHECK(probe.fired == 1);
}

TEST_CASE_FIXTURE(Fixture, "an endless delay never fires") {
    Probe probe;
    probe.timer.arm(wheel, Clock::duration::max());
    for (int years = 0; years < 20; ++years) pass(std::chrono::hours(24 * 365));
    CHECK(probe.fired == 0);
    CHECK(probe.timer.armed());
}

TEST_CASE_FIXTURE(Fixture, "the longest delay of any unit never fires, and the shortest at once") {
    Probe probe;
    SUBCASE("hours") { probe.timer.arm(wheel, std::chrono::hours::max()); }
    SUBCASE("milliseconds") { probe.timer.arm(wheel, std::chrono::milliseconds::max()); }
    SUBCASE("milliseconds, nearly") { probe.timer.arm(wheel, std::chrono::milliseconds::max() - 1ms); }
    SUBCASE("nanoseconds") { probe.timer.arm(wheel, std::chrono::nanoseconds::max()); }
    pass(1h);
    pass(std::chrono::years(1));
    CHECK(probe.fired == 0);
    probe.timer.arm(wheel, std::chrono::milliseconds::min());
    pass(1ms);
    CHECK(probe.fired == 1);
}

TEST_CASE_FIXTURE(Fixture, "cancelling and destroying disarm, arming again moves") {
    Probe cancelled;
    Probe moved;
    cancelled.timer.arm(wheel, start + 5ms);
    moved.timer.arm(wheel, start + 5ms);
    {
        Probe destroyed;
        destroyed.timer.arm(wheel, start + 5ms);
        CHECK(wheel.size() == 3);
    }
    cancelled.timer.cancel();
    cancelled.timer.cancel();
    moved.timer.arm(wheel, start + 500ms);
    CHECK(wheel.size() == 1);
    pass(499ms);
    CHECK(cancelled.fired + moved.fired == 0);
    pass(1ms);
    CHECK(moved.fired == 1);
}

TEST_CASE_FIXTURE(Fixture, "a wheel that ends disarms its timers") {
    Probe probe;
    {
        TimerWheel brief([] { return fake_now; });
        probe.timer.arm(brief, start + 5ms);
    }
    CHECK_FALSE(probe.timer.armed());
    probe.timer.arm(wheel, start + 1ms);
    pass(1ms);
    CHECK(probe.fired == 1);
}

TEST_CASE_FIXTURE(Fixture, "a callback may arm, cancel and destroy any timer, its own too") {
    auto own = std::make_unique<Probe>();
    auto other = std::make_unique<Probe>();
    Probe third;
    int calls = 0;
    own->action = [&] {
        ++calls;
        own.reset();
        other.reset();
        third.timer.cancel();
    };
    own->timer.arm(wheel, start + 5ms);
    other->timer.arm(wheel, start + 5ms);  // due in the same millisecond, behind it
    third.timer.arm(wheel, start + 5ms);
    Probe again;
    again.action = [&] {
        if (again.fired < 3) again.timer.arm(wheel, fake_now);
    };
    again.timer.arm(wheel, start + 5ms);
    pass(5ms);
    CHECK(calls == 1);
    CHECK(third.fired == 0);
    CHECK(again.fired == 1);
    pass(10ms);
    CHECK(again.fired == 3);
}

TEST_CASE_FIXTURE(Fixture, "a callback that throws disturbs neither the timers beside it nor those to come") {
    Probe throws([] { throw std::bad_alloc(); });
    Probe beside;
    Probe later;
    throws.timer.arm(wheel, start + 5ms);
    beside.timer.arm(wheel, start + 5ms);
    go_to(start + 5ms);
    CHECK(throws.fired == 1);
    CHECK(beside.fired == 1);
    int notified = 0;
    wheel.on_earlier([](void* count) { ++*static_cast<int*>(count); }, &notified);
    later.timer.arm(wheel, start + 10ms);
    CHECK(notified == 1);
    go_to(start + 10ms);
    CHECK(later.fired == 1);
}

TEST_CASE_FIXTURE(Fixture, "one advance over a long time fires in the order of the deadlines") {
    std::vector<int> order;
    std::vector<std::unique_ptr<Probe>> probes;
    for (int ms : {70'000, 3, 64, 4096, 63, 262'144, 65, 1, 4095, 17'000'000}) {
        probes.push_back(std::make_unique<Probe>([&order, ms] { order.push_back(ms); }));
        probes.back()->timer.arm(wheel, start + std::chrono::milliseconds(ms));
    }
    pass(24h);
    CHECK(order.size() == probes.size());
    CHECK(std::is_sorted(order.begin(), order.end()));
}

TEST_CASE_FIXTURE(Fixture, "deadlines round the boundaries of the levels fire at their millisecond") {
    for (std::int64_t offset : {0, 1, 63, 64, 4095, 262'143}) {
        for (std::int64_t boundary : {1LL << 6, 1LL << 12, 1LL << 18, 1LL << 24, 1LL << 30, 1LL << 36, 1LL << 37}) {
            for (std::int64_t delta : {-1, 0, 1, 64}) {
                fake_now = start;
                TimerWheel fresh([] { return fake_now; });
                fresh.advance(start + std::chrono::milliseconds(offset));
                Probe probe;
                const auto deadline = start + std::chrono::milliseconds(boundary + delta);
                if (deadline <= start + std::chrono::milliseconds(offset)) continue;
                probe.timer.arm(fresh, deadline);
                int steps = 0;
                while (probe.fired == 0 && ++steps < 20) {
                    fake_now = fresh.next_deadline();
                    CHECK(fake_now <= deadline);
                    fresh.advance(fake_now);
                }
                CHECK(probe.fired == 1);
                CHECK(probe.at == deadline);
                CHECK(steps <= 8);
            }
        }
    }
}

TEST_CASE_FIXTURE(Fixture, "a wheel that has run for years still takes short deadlines") {
    // Two milliseconds before the highest digit changes, after 2.2 years.
    go_to(start + std::chrono::milliseconds((1LL << 36) - 2));
    Probe probe;
    probe.timer.arm(wheel, 5ms);
    pass(4ms);
    CHECK(probe.fired == 0);
    pass(1ms);
    CHECK(probe.fired == 1);
}

TEST_CASE_FIXTURE(Fixture, "the driver is told when a deadline becomes the earliest, and only then") {
    int told = 0;
    wheel.on_earlier([](void* count) { ++*static_cast<int*>(count); }, &told);
    Probe first, later, earlier;
    first.timer.arm(wheel, start + 50ms);
    CHECK(told == 1);
    later.timer.arm(wheel, start + 60ms);
    CHECK(told == 1);
    earlier.timer.arm(wheel, start + 10ms);
    CHECK(told == 2);
    CHECK(wheel.next_deadline() == start + 10ms);
    earlier.timer.cancel();
    CHECK(wheel.next_deadline() == start + 50ms);
    first.action = [&] { earlier.timer.arm(wheel, 1ms); };
    pass(50ms);
    CHECK(told == 2);  // the driver looks at next_deadline() after advance() anyway
}

TEST_CASE_FIXTURE(Fixture, "random operations agree with a sorted map") {
    for (std::uint32_t seed = 1; seed <= 30; ++seed) {
        std::mt19937 random(seed);
        fake_now = start;
        TimerWheel local([] { return fake_now; });
        constexpr std::size_t count = 50;
        std::vector<std::unique_ptr<Probe>> probes;
        std::vector<Clock::time_point> deadlines(count, Clock::time_point::max());  // the reference; max: disarmed
        int wrong = 0;
        for (std::size_t i = 0; i < count; ++i) {
            probes.push_back(std::make_unique<Probe>());
            probes[i]->action = [&, i] {
                // On time: when the wheel is driven by next_deadline(), within its millisecond.
                if (fake_now < deadlines[i] || fake_now - deadlines[i] > 1ms) ++wrong;
                deadlines[i] = Clock::time_point::max();
                if (random() % 4 == 0) {
                    const auto next = fake_now + std::chrono::milliseconds(1 + random() % 5000);
                    probes[i]->timer.arm(local, next);
                    deadlines[i] = next;
                }
            };
        }
        for (int step = 0; step < 2000; ++step) {
            const std::size_t i = random() % count;
            const unsigned what = random() % 10;
            if (what < 5) {
                const auto magnitude = std::uint64_t{1} << (random() % 34);
                const auto next = fake_now + std::chrono::milliseconds(1 + random() % magnitude) +
                                  std::chrono::microseconds(random() % 1000);
                probes[i]->timer.arm(local, next);
                deadlines[i] = next;
            } else if (what < 7) {
                probes[i]->timer.cancel();
                deadlines[i] = Clock::time_point::max();
            } else {
                // To some point ahead, never past next_deadline() without an advance, as a loop does.
                const auto target = fake_now + std::chrono::milliseconds(random() % (1U << (random() % 22)));
                while (local.next_deadline() <= target) {
                    fake_now = local.next_deadline();
                    local.advance(fake_now);
                }
                fake_now = target;
                local.advance(fake_now);
                for (auto deadline : deadlines) {
                    if (deadline <= fake_now - 1ms) ++wrong;  // should have fired
                }
            }
            const auto armed =
                std::count_if(deadlines.begin(), deadlines.end(), [](auto d) { return d != Clock::time_point::max(); });
            if (static_cast<std::size_t>(armed) != local.size()) ++wrong;
        }
        CAPTURE(seed);
        CHECK(wrong == 0);
    }
}

TEST_CASE("a rare timer fires once, and may be armed anew and cancelled from its own callback") {
    fake_now = Clock::time_point{};
    TimerWheel wheel([] { return fake_now; });
    struct Owner {
        TimerWheel& wheel;
        sio::util::RareTimer timer{};
        int fired = 0;

        void arm() {
            timer.arm(wheel, 5ms, [](void* self) { static_cast<Owner*>(self)->fire(); }, this);
        }
        void fire() {
            if (++fired == 1) return arm();
            timer.cancel();
        }
    } owner{wheel};
    CHECK_FALSE(owner.timer.armed());
    owner.arm();
    CHECK(owner.timer.armed());
    fake_now += 5ms;
    wheel.advance(fake_now);
    CHECK(owner.fired == 1);
    CHECK(owner.timer.armed());
    fake_now += 5ms;
    wheel.advance(fake_now);
    CHECK(owner.fired == 2);
    CHECK_FALSE(owner.timer.armed());
    owner.arm();
    owner.timer.cancel();
    CHECK(wheel.empty());
}
