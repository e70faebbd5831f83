#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <string>

#include <sio/greenlet.hpp>

#include "greenlet/loop.hpp"
#include "greenlet/sanitizer.hpp"
#include "greenlet/stack_arena.hpp"

using namespace std::chrono_literals;
using sio::greenlet::Loop;

namespace {

std::size_t page_bytes() { return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)); }

std::size_t resident_bytes() {
    std::size_t total = 0;
    std::size_t resident = 0;
    std::ifstream("/proc/self/statm") >> total >> resident;
    return resident * page_bytes();
}

std::size_t mappings() {
    std::ifstream maps("/proc/self/maps");
    return static_cast<std::size_t>(std::count(std::istreambuf_iterator<char>(maps), {}, '\n'));
}

}  // namespace

TEST_CASE("a hundred thousand greenlets sleep at once, on stacks of which only what they touched takes memory") {
    sio::greenlet::LoopOptions options;
    options.virtual_time = true;
    Loop loop(options);
    std::size_t awake = 0;
    std::size_t resident_each = 0;
    std::size_t mappings_more = 0;
    std::size_t wanted = sio::greenlet::sanitizer::active ? 1'000 : 100'000;
    loop.post([&] {
        loop.enter([] {});
        if (!loop.stacks().guards_are_markers()) wanted = std::min<std::size_t>(wanted, 10'000);
        const std::size_t before = resident_bytes();
        const std::size_t mapped = mappings();
        for (std::size_t i = 0; i < wanted; ++i) {
            loop.enter([&] {
                sio::sleep(1h);
                if (++awake == wanted) loop.stop();
            });
        }
        CHECK(loop.greenlets() == wanted);
        resident_each = (resident_bytes() - before) / wanted;
        mappings_more = mappings() - mapped;
    });
    loop.run();
    CHECK(awake == wanted);
    if (sio::greenlet::sanitizer::active || page_bytes() != 4096) return;
    // Two pages of stack, and what the greenlet has on the heap.
    CHECK(resident_each < 12 * 1024);
    // Of vm.max_map_count = 65530.
    if (loop.stacks().guards_are_markers()) CHECK(mappings_more < 1000);
}
