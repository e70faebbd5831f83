// Finds out that a loop has nothing left to wait for. See LoopOptions::detect_deadlock.

#include <boost/asio/executor_work_guard.hpp>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <string>
#include <system_error>

#include "greenlet/loop.hpp"
#include "greenlet/sanitizer.hpp"
#include "greenlet/thread_pool.hpp"
#include "greenlet/worker.hpp"

namespace sio::greenlet {

namespace {

// How long other threads are trusted to wake somebody before they are counted again.
constexpr std::chrono::seconds recount_interval{1};
constexpr std::size_t max_lines = 100;

// Whether the process has a thread that may wake a greenlet: any but this one and those that wait for a pool's work.
bool others_run() {
    std::error_code error;
    const std::filesystem::directory_iterator tasks("/proc/self/task", error);
    if (error) return true;
    const auto threads = static_cast<std::size_t>(std::distance(begin(tasks), end(tasks)));
    const std::size_t known = 1 + ThreadPool::idle_threads() + (sanitizer::thread ? 1 : 0);
    return threads > known;
}

}  // namespace

// Asio's run() returns when nothing is pending: the handlers of coroutines that wait do not count.
void Loop::run_until_deadlock() {
    for (;;) {
        run_handlers();
        if (stop_requested_) return;
        context_.restart();
        const bool others = others_run();
        // What a thread posted before it ended, or was counted, is here by now.
        if (run_handlers_for({}) > 0) continue;
        context_.restart();
        if (!others) return describe_deadlock();
        auto work = boost::asio::make_work_guard(context_);
        run_handlers_for(recount_interval);
    }
}

void Loop::describe_deadlock() {
    deadlock_ = "deadlock: every greenlet waits, and nothing is left that could wake one";
    std::size_t lines = 0;
    for_each_greenlet([&](const Worker& worker) {
        if (++lines > max_lines) return;
        deadlock_ +=
            "\n  greenlet " + worker.label() + " waits in " + (worker.wait() ? worker.wait()->what() : "nothing");
    });
    if (lines > max_lines) deadlock_ += "\n  and " + std::to_string(lines - max_lines) + " more";
}

}  // namespace sio::greenlet
