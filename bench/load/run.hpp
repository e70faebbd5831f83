#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "histogram.hpp"
#include "options.hpp"
#include "server_process.hpp"

namespace bench {

class Handler {
public:
    virtual void on_event(std::uint32_t events) = 0;

protected:
    ~Handler() = default;
};

/// A non-blocking connection to that port of 127.0.0.1, under way.
int connect_to(std::uint16_t port, std::size_t index);

/// One measurement: the loop, the clock, and what has been counted.
///
/// The loop asks for events all the time and never sleeps: a generator that sleeps makes each send of the server pay for
/// waking the other core.
class Run {
public:
    explicit Run(const Options& options);
    ~Run();
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    const Options& options() const noexcept { return options_; }

    void watch(int fd, std::uint32_t events, Handler& handler);
    void change(int fd, std::uint32_t events, Handler& handler);
    /// Where connections read into, one after the other.
    std::vector<char>& buffer() noexcept { return buffer_; }

    /// Nanoseconds on a steady clock, as of the last set_now().
    std::uint64_t now() const noexcept { return now_; }
    void set_now() noexcept {
        now_ = static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
    }

    /// Handles events until `done`; throws when that takes longer than `limit_seconds`.
    void until(const std::function<bool()>& done, double limit_seconds, std::string_view what);
    /// Handles events for the warm-up, then measures for the time asked for. `between` runs after each batch of events.
    void measure(const std::function<void()>& between = {});

    /// Counts, while measuring, something that the server has delivered, `sent_at` when its cause was sent.
    void delivered(std::uint64_t sent_at) noexcept {
        if (!measuring_) return;
        ++messages_;
        latency_.add(now_ - sent_at);
    }
    bool measuring() const noexcept { return measuring_; }

    /// Throws: what came is not what is due.
    [[noreturn]] static void wrong(std::string_view what, std::string_view packet);

    /// The line of JSON. `unit` says what was counted, `more` holds further members with a comma in front.
    std::string report(std::string_view unit, const std::string& more = {}) const;

    const ServerProcess& server() const noexcept { return server_; }

private:
    void turn();

    Options options_;
    ServerProcess server_;
    int epoll_;
    std::vector<char> buffer_;
    std::uint64_t now_ = 0;
    bool measuring_ = false;
    std::uint64_t messages_ = 0;
    double seconds_ = 0;
    double cpu_seconds_ = 0;
    Histogram latency_;
};

}  // namespace bench
