// What greenlets cost. The measurements before the design stand in docs/design/greenlets.md.

#include <benchmark/benchmark.h>

#include <sio/greenlet.hpp>

#include "greenlet/loop.hpp"

namespace {

using namespace std::chrono_literals;

// A handler that does not block: what each Socket.IO event pays.
void enter_parked_worker(benchmark::State& state) {
    sio::run([&] {
        auto& loop = *sio::greenlet::Loop::current();
        for (auto _ : state) loop.enter([] {});
    });
}

// Suspend, queue, resume.
void sleep_0(benchmark::State& state) {
    sio::run([&] {
        for (auto _ : state) sio::sleep(0ms);
    });
}

void spawn_and_join(benchmark::State& state) {
    sio::run([&] {
        for (auto _ : state) sio::spawn([] {}).join();
    });
}

// Two switches, two queue operations: there and back.
void queue_ping_pong(benchmark::State& state) {
    sio::run([&] {
        sio::Queue<int> there;
        sio::Queue<int> back;
        auto echo = sio::spawn([&] {
            for (;;) back.put(there.get());
        });
        for (auto _ : state) {
            there.put(1);
            back.get();
        }
        echo.kill();
    });
}

void timeout_scope(benchmark::State& state) {
    sio::run([&] {
        for (auto _ : state) sio::TimeoutScope limit(25s);
    });
}

void post_from_the_loop(benchmark::State& state) {
    sio::run([&] {
        auto& loop = *sio::greenlet::Loop::current();
        int left = 0;
        for (auto _ : state) {
            loop.post([&left] { ++left; });
            if ((state.iterations() & 63) == 0) sio::sleep(0ms);
        }
        benchmark::DoNotOptimize(left);
    });
}

void offload_nothing(benchmark::State& state) {
    sio::run([&] {
        for (auto _ : state) sio::offload([] {});
    });
}

BENCHMARK(enter_parked_worker);
BENCHMARK(sleep_0);
BENCHMARK(spawn_and_join);
BENCHMARK(queue_ping_pong);
BENCHMARK(timeout_scope);
BENCHMARK(post_from_the_loop);
BENCHMARK(offload_nothing);

}  // namespace
