#pragma once

#include <algorithm>
#include <chrono>
#include <utility>

namespace sio::session {

/// The server's half of the heartbeat of Socket.IO 0.7 to 0.9: the server sends one, the client sends it back.
///
/// Either side takes any packet of the other for a sign of life, so that a heartbeat is due only when one of the two has been
/// silent for the interval. (gevent-socketio sent them on busy links too.) Pure: it is told the time and says what to do next.
///
///      quiet for the interval --> heartbeat sent --timeout--> timed out
///             ^                        |
///             +---- any packet heard --+
class V09HeartbeatFsm {
public:
    using TimePoint = std::chrono::steady_clock::time_point;
    using Duration = std::chrono::steady_clock::duration;

    enum class Action { none, send_heartbeat, time_out };

    V09HeartbeatFsm(Duration interval, Duration timeout, TimePoint now) noexcept
        : interval_(interval), timeout_(timeout), heard_(now), said_(now) {}

    /// When advance() wants to be called next; it may be called earlier. Moves towards the present only in on_heard() when
    /// that returns true.
    TimePoint deadline() const noexcept { return waiting_ ? limit_ : std::min(heard_, said_) + interval_; }

    /// A packet has come. True: the deadline is earlier now.
    bool on_heard(TimePoint now) noexcept {
        heard_ = now;
        return std::exchange(waiting_, false);
    }
    /// A packet has been sent.
    void on_said(TimePoint now) noexcept { said_ = now; }

    /// The client could not be heard until now: it gets the timeout anew.
    void excuse(TimePoint now) noexcept { limit_ = std::max(limit_, now + timeout_); }

    Action advance(TimePoint now) noexcept {
        if (now < deadline()) return Action::none;
        if (waiting_) return Action::time_out;
        waiting_ = true;
        said_ = now;
        limit_ = now + timeout_;
        return Action::send_heartbeat;
    }

private:
    Duration interval_;
    Duration timeout_;
    TimePoint heard_;
    TimePoint said_;
    TimePoint limit_{};
    bool waiting_ = false;
};

}  // namespace sio::session
