#pragma once

#include <chrono>

namespace sio::session {

/// The server's half of Engine.IO 4's heartbeat: a ping every interval, its pong within the timeout.
///
/// Pure: it is told the time and says what to do next.
///
///      open/pong --interval--> ping sent --timeout--> timed out
///          ^                       |
///          +--------- pong --------+
class HeartbeatFsm {
public:
    using TimePoint = std::chrono::steady_clock::time_point;
    using Duration = std::chrono::steady_clock::duration;

    enum class Action { none, send_ping, time_out };

    HeartbeatFsm(Duration interval, Duration timeout, TimePoint now) noexcept
        : interval_(interval), timeout_(timeout), deadline_(now + interval) {}

    /// When advance() wants to be called next.
    TimePoint deadline() const noexcept { return deadline_; }

    Action advance(TimePoint now) noexcept {
        if (now < deadline_) return Action::none;
        if (waiting_) return Action::time_out;
        waiting_ = true;
        deadline_ = now + timeout_;
        return Action::send_ping;
    }

    /// A pong that nobody asked for changes nothing: it must not let a client put off the next ping.
    void on_pong(TimePoint now) noexcept {
        if (!waiting_) return;
        waiting_ = false;
        deadline_ = now + interval_;
    }

private:
    Duration interval_;
    Duration timeout_;
    TimePoint deadline_;
    bool waiting_ = false;
};

}  // namespace sio::session
