#include "server/watchdog.hpp"

#include <algorithm>
#include <utility>

#include <sio/log.hpp>

#include "util/printable.hpp"
#include "util/timer_wheel.hpp"

namespace sio::server {

namespace {

thread_local bool on_watchdog_thread = false;

}  // namespace

bool Watchdog::is_this_thread() noexcept { return on_watchdog_thread; }

Watchdog::Watchdog(const WatchdogOptions& options, const std::vector<Worker>& workers) : options_(options) {
    for (const Worker& worker : workers) watched_.emplace_back().worker = worker;
    thread_ = std::thread([this] { run(); });
}

Watchdog::~Watchdog() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    wake_.notify_all();
    thread_.join();
}

std::chrono::nanoseconds Watchdog::lag(std::size_t worker) const noexcept {
    return Clock::duration(watched_[worker].pulse->lag.load(std::memory_order_relaxed));
}

void Watchdog::run() {
    on_watchdog_thread = true;
    using std::chrono::milliseconds;
    // Not the longest that there is: it is added to the time of now.
    const auto period = std::clamp<milliseconds>(options_.limit / 4, milliseconds(1), std::chrono::hours(1));
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, period, [this] { return ending_; })) {
        for (std::size_t i = 0; i < watched_.size() && !resting_; ++i) look_at(i);
    }
}

void Watchdog::look_at(std::size_t worker) {
    Watched& watched = watched_[worker];
    const auto now = Clock::now();
    if (watched.pulse->answered.load(std::memory_order_acquire) == watched.asked) {
        if (std::exchange(watched.reported, false)) report(worker, lag(worker), true);
        watched.asked_at = now;
        watched.worker.loop->post(
            [pulse = watched.pulse, lags = watched.worker.lags, number = ++watched.asked, asked_at = now] {
                const auto lag = Clock::now() - asked_at;
                lags->add(lag);
                pulse->lag.store(lag.count(), std::memory_order_relaxed);
                pulse->answered.store(number, std::memory_order_release);
            });
    } else if (now - watched.asked_at >= util::clamped(options_.limit) && !watched.reported) {
        const auto* const task = watched.worker.tasks->task();
        watched.task = task ? task->text() : std::string();
        watched.reported = true;
        report(worker, now - watched.asked_at, false);
    }
}

void Watchdog::report(std::size_t worker, std::chrono::nanoseconds duration, bool over) {
    Stall stall;
    stall.worker = worker;
    stall.duration = std::chrono::duration_cast<std::chrono::milliseconds>(duration);
    stall.over = over;
    stall.task = watched_[worker].task;
    std::string line = "worker " + std::to_string(worker);
    line += over ? " turns again after " : " has not turned for ";
    line += std::to_string(stall.duration.count()) + " ms: ";
    line += stall.task.empty() ? "a greenlet without a name, or a callback" : util::printable(stall.task);
    log(LogLevel::warning, "watchdog", line);
    if (options_.on_stall) options_.on_stall(stall);
}

}  // namespace sio::server
