// What greenlets cost, in CPU time: spawn and join, a switch, many asleep at once.
// Usage: bench_greenlets [NAME]: all, or those whose name begins with NAME.
// Its peers beside it do the same: fiber_bench.cpp (Boost.Fiber) and gevent_bench.py.

#include <sio/gevent.hpp>

#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

using namespace std::chrono_literals;

namespace {

double cpu_ns() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

/// A figure of the process: `VmRSS:`, what is resident; `VmPTE:`, the page tables, which are not in that.
double status_kb(std::string_view name) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with(name)) return std::stod(line.substr(name.size()));
    }
    return 0;
}

std::string_view wanted;

/// The least of several runs: what disturbs a run only ever adds to it.
template <class Function>
void measure(const char* name, int count, Function function) {
    if (!std::string_view(name).starts_with(wanted)) return;
    double best = 1e18;
    for (int run = 0; run < 7; ++run) {
        const double begin = cpu_ns();
        function(count);
        best = std::min(best, (cpu_ns() - begin) / count);
    }
    std::printf("%-28s %8.0f ns\n", name, best);
}

void spawn_and_join(int count) {
    for (int i = 0; i < count; ++i) sio::spawn([] {}).join();
}

// Spawned together, so that the switches to the joining greenlet and back are shared.
void spawn_many_and_join(int count) {
    std::vector<sio::Greenlet<>> batch(1000);
    for (int i = 0; i < count; i += 1000) {
        for (auto& greenlet : batch) greenlet = sio::spawn([] {});
        sio::joinall(batch);
    }
}

void switches(int count) {
    auto other = sio::spawn([count] {
        for (int i = 0; i < count / 2; ++i) sio::sleep(0ms);
    });
    for (int i = 0; i < count / 2; ++i) sio::sleep(0ms);
    other.join();
}

void raw_switches(int count) {
    sio::raw::Greenlet other([count] {
        for (int i = 0; i < count / 2; ++i) sio::raw::current().parent().switch_();
    });
    for (int i = 0; i < count / 2; ++i) other.switch_();
}

void queue_round_trips(int count) {
    sio::Queue<int> there;
    sio::Queue<int> back;
    auto echo = sio::spawn([&] {
        for (;;) back.put(there.get());
    });
    for (int i = 0; i < count; ++i) {
        there.put(i);
        back.get();
    }
    echo.kill();
}

void sleepers(int count) {
    const double before = status_kb("VmRSS:");
    const double tables_before = status_kb("VmPTE:");
    const double begin = cpu_ns();
    std::vector<sio::Greenlet<>> all;
    all.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) all.push_back(sio::spawn([] { sio::sleep(3s); }));
    sio::sleep(1s);
    const double each = (status_kb("VmRSS:") - before) / count;
    const double tables = (status_kb("VmPTE:") - tables_before) / count;
    sio::joinall(all);
    std::printf("%-28s %8.1f KB each, %.0f ns from spawn to join; page tables %.2f kB each\n",
                (std::to_string(count) + " asleep at once").c_str(), each, (cpu_ns() - begin) / count, tables);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc > 1) wanted = argv[1];
    sio::run([] {
        measure("spawn and join", 500'000, spawn_and_join);
        measure("spawn 1000, join 1000", 500'000, spawn_many_and_join);
        measure("switch", 2'000'000, switches);
        measure("raw switch", 2'000'000, raw_switches);
        measure("queue, there and back", 500'000, queue_round_trips);
        if (std::string_view("asleep").starts_with(wanted)) sleepers(100'000);
    });
}
