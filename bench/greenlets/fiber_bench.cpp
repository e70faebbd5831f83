// What bench_greenlets measures, for Boost.Fiber. Usage: bench_fiber

#include <time.h>
#include <boost/fiber/all.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <vector>

namespace {

double cpu_ns() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

template <class Function>
void measure(const char* name, int count, Function function) {
    double best = 1e18;
    for (int run = 0; run < 7; ++run) {
        const double begin = cpu_ns();
        function(count);
        best = std::min(best, (cpu_ns() - begin) / count);
    }
    std::printf("%-28s %8.0f ns\n", name, best);
}

// Its own pool of stacks, the fastest allocator that it has.
boost::fibers::pooled_fixedsize_stack stacks(64 * 1024);

template <class Function>
boost::fibers::fiber start(Function function) {
    return boost::fibers::fiber(boost::fibers::launch::post, std::allocator_arg, stacks, std::move(function));
}

void spawn_and_join(int count) {
    for (int i = 0; i < count; ++i) start([] {}).join();
}

void spawn_many_and_join(int count) {
    std::vector<boost::fibers::fiber> batch(1000);
    for (int i = 0; i < count; i += 1000) {
        for (auto& fiber : batch) fiber = start([] {});
        for (auto& fiber : batch) fiber.join();
    }
}

void switches(int count) {
    auto other = start([count] {
        for (int i = 0; i < count / 2; ++i) boost::this_fiber::yield();
    });
    for (int i = 0; i < count / 2; ++i) boost::this_fiber::yield();
    other.join();
}

void queue_round_trips(int count) {
    boost::fibers::buffered_channel<int> there(2);
    boost::fibers::buffered_channel<int> back(2);
    auto echo = start([&] {
        for (int n; there.pop(n) == boost::fibers::channel_op_status::success;) back.push(n);
    });
    for (int i = 0; i < count; ++i) {
        there.push(i);
        int n;
        back.pop(n);
    }
    there.close();
    echo.join();
}

}  // namespace

int main() {
    measure("spawn and join", 500'000, spawn_and_join);
    measure("spawn 1000, join 1000", 500'000, spawn_many_and_join);
    measure("switch", 2'000'000, switches);
    measure("queue, there and back", 500'000, queue_round_trips);
}
