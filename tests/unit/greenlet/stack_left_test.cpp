#include <sio/detail/stack_left.hpp>

#include <doctest/doctest.h>
#include <sio/greenlet.hpp>
#include <sio/raw.hpp>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <thread>

#include "greenlet/loop.hpp"
#include "greenlet/sanitizer.hpp"

using sio::detail::stack_is_short;
using sio::detail::stack_left;

namespace {

constexpr std::size_t factor = sio::greenlet::sanitizer::frame_factor;

/// Follows data that has no end.
[[gnu::noinline]] int descend(int depth) {  // NOLINT(misc-no-recursion): what is tested
    volatile char frame[200];
    frame[0] = static_cast<char>(depth);
    if (stack_is_short()) throw std::runtime_error("too deep");
    return descend(depth + 1) + frame[0];
}

std::string end_of_descent() {
    try {
        descend(0);
    } catch (const std::runtime_error& error) {
        return error.what() + std::to_string(stack_is_short());
    }
    return {};
}

}  // namespace

TEST_CASE("what is left of a stack: a greenlet's, a raw one's, a thread's") {
    constexpr std::size_t bytes = 128 * 1024;
    sio::run(
        [&] {
            CHECK(stack_left() <= bytes * factor);
            CHECK(stack_left() > bytes * factor / 2);
            const std::size_t outer = stack_left();
            sio::raw::Greenlet raw([&] {
                CHECK(stack_left() > bytes * factor / 2);
                CHECK(stack_left() <= bytes * factor);
                return 0;
            });
            raw.switch_();
            CHECK(stack_left() == outer);
            CHECK(sio::spawn([] { return stack_left(); }).get() > bytes * factor / 2);
            std::thread([] { CHECK(stack_left() > 100 * 1024); }).join();
        },
        {.stack_bytes = bytes});
    // Another loop's stacks may lie where those were, and be of another size.
    sio::run([&] { CHECK(stack_left() > 600 * 1024 * factor); }, {.stack_bytes = 700 * 1024});
    CHECK(stack_left() > 100 * 1024);
}

TEST_CASE("recursion that looks at the stack ends in an error, on stacks of all sizes") {
    for (const std::size_t kib : {64, 256, 1024}) {
        sio::run([] { CHECK(end_of_descent() == "too deep0"); }, {.stack_bytes = kib * 1024});
    }
    std::thread([] { CHECK(end_of_descent() == "too deep0"); }).join();
    sio::raw::Greenlet raw([] { CHECK(end_of_descent() == "too deep0"); });
    raw.switch_();
}

TEST_CASE("as many levels fit as there is room for, and no more than are wanted") {
    sio::run(
        [] {
            CHECK(sio::detail::levels_that_fit(1024, 10) == 10);
            const std::size_t levels = sio::detail::levels_that_fit(1024, 1000);
            CHECK(levels > 64);
            CHECK(levels < 128);
        },
        {.stack_bytes = 128 * 1024});
}
