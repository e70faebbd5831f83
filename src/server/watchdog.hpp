#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <sio/watchdog.hpp>

#include "greenlet/loop.hpp"
#include "greenlet/task_label.hpp"
#include "server/lag_counter.hpp"
#include "util/timer_wheel.hpp"

namespace sio::server {

/// A thread that asks each loop for a sign of life, and reports those that do not give one in time.
///
/// Threads: made, ended and asked for lag() by any. Ends before the loops do, and before they stop.
class Watchdog {
public:
    struct Worker {
        greenlet::Loop* loop;
        const greenlet::TaskBoard* tasks;
        /// Told of each answer, on the loop's thread.
        LagCounter* lags;
    };

    Watchdog(const WatchdogOptions& options, const std::vector<Worker>& workers);
    ~Watchdog();
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

    /// Nothing is reported from now on: the loops are ending. Any thread.
    void rest() noexcept { resting_ = true; }
    /// Whether this is a watchdog's own thread, on which WatchdogOptions::on_stall is called.
    static bool is_this_thread() noexcept;

    /// How long the loop's last answer took: what a message waits before its handler begins. Any thread.
    std::chrono::nanoseconds lag(std::size_t worker) const noexcept;

private:
    using Clock = util::Clock;

    /// What a loop writes when it answers. Shared with the job that does it.
    struct Pulse {
        std::atomic<std::uint64_t> answered{0};
        std::atomic<Clock::rep> lag{0};
    };
    struct Watched {
        Worker worker{};
        std::shared_ptr<Pulse> pulse = std::make_shared<Pulse>();
        std::uint64_t asked = 0;
        Clock::time_point asked_at{};
        bool reported = false;
        std::string task;
    };

    void run();
    void look_at(std::size_t worker);
    void report(std::size_t worker, std::chrono::nanoseconds duration, bool over);

    const WatchdogOptions options_;
    std::vector<Watched> watched_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool ending_ = false;
    std::atomic<bool> resting_{false};
    std::thread thread_;
};

}  // namespace sio::server
