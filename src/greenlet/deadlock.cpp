// Finds out that a loop has nothing left to wait for. See LoopOptions::detect_deadlock.

#include <boost/asio/executor_work_guard.hpp>
#include <chrono>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include "greenlet/loop.hpp"
#include "greenlet/sanitizer.hpp"
#include "greenlet/thread_pool.hpp"
#include "greenlet/worker.hpp"

namespace sio::greenlet {

namespace {

// How long other threads are trusted to wake somebody before they are counted again.
constexpr std::chrono::seconds recount_interval{1};
constexpr std::size_t max_lines = 100;

// Threads of this process, those that are ending included; 0 when the system does not say. Not the entries of /proc/self/task: a
// listing breaks off at a thread that ends meanwhile.
std::size_t count_threads() {
    std::ifstream stat("/proc/self/stat");
    std::string text(std::istreambuf_iterator<char>(stat), {});
    text.erase(0, text.rfind(')') + 1);  // number and name of the process, whatever the name holds
    std::istringstream fields(text);
    std::string field;
    for (int i = 3; i < 20; ++i) fields >> field;
    std::size_t threads = 0;
    fields >> threads;
    return threads;
}

// Whether the process has a thread that may wake a greenlet: any but this one and those that wait for a pool's work.
bool others_run() {
    const std::size_t threads = count_threads();
    const std::size_t known = 1 + ThreadPool::idle_threads() + (sanitizer::thread ? 1 : 0);
    return threads == 0 || threads > known;
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
