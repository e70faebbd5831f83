// Overflows a greenlet's stack, in the way that the argument says; see stack_test.cpp.

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <string_view>

#include <sio/detail/stack_left.hpp>
#include <sio/greenlet.hpp>
#include <sio/raw.hpp>

#include "greenlet/loop.hpp"

namespace {

[[gnu::noinline]] int recurse(int depth) {  // NOLINT(misc-no-recursion): it is to overflow
    volatile char frame[512];
    frame[0] = static_cast<char>(depth);
    return depth == 0 ? 0 : recurse(depth - 1) + frame[0];
}

constexpr int too_deep = 10'000'000;

// Defined in overflow_frame.cpp: a frame of so many bytes of which only the lowest is touched.
}  // namespace

void touch_far_end_of_frame(std::size_t bytes);

namespace {

/// Far below the end of its stack, where a smaller guard would be followed by the stack of another greenlet, which waits.
void step_over_the_end(std::size_t beyond) {
    sio::run([beyond] {
        const auto neighbour = sio::spawn([] { sio::sleep(sio::forever); });
        sio::sleep(std::chrono::nanoseconds(0));
        auto child = sio::spawn([beyond] { touch_far_end_of_frame(sio::detail::stack_left() + beyond); });
        child.set_name("large frame");
        child.get();
        neighbour.kill();
    });
}

void install_own_handler() {
    ::signal(SIGSEGV, [](int) {
        constexpr std::string_view text = "previous handler\n";
        if (::write(STDERR_FILENO, text.data(), text.size()) > 0) ::_exit(7);
    });
}

void run_with(const sio::greenlet::LoopOptions& options, int depth) {
    sio::greenlet::Loop loop(options);
    loop.post([&] {
        loop.enter([depth] { recurse(depth); });
        loop.stop();
    });
    loop.run();
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view mode = argc > 1 ? argv[1] : "";
    sio::greenlet::LoopOptions options;
    if (mode == "named") {
        sio::run([] {
            auto child = sio::spawn([] { return recurse(too_deep); });
            child.set_name("deep one");
            child.get();
        });
    } else if (mode == "previous handler") {
        install_own_handler();
        run_with(options, too_deep);
    } else if (mode == "other fault") {
        install_own_handler();
        sio::run([] { ::raise(SIGSEGV); });
    } else if (mode == "off") {
        options.report_stack_overflow = false;
        run_with(options, too_deep);
    } else if (mode == "large frame") {
        step_over_the_end(140 * 1024);
    } else if (mode == "larger frame") {
        step_over_the_end(1024 * 1024);
    } else if (mode == "raw") {
        sio::raw::set_stack_bytes(128 * 1024);
        sio::raw::Greenlet([] { recurse(too_deep); }).switch_();
    } else if (mode == "large stack") {
        options.stack_bytes = 16 * 1024 * 1024;
        run_with(options, 5000);
        return 0;
    }
    return 2;  // it should not have come to this
}
