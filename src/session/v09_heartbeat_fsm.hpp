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
    /// that returns true, and in go_deaf() and hear_again().
    TimePoint deadline() const noexcept {
        if (!waiting_) return std::min(heard_, said_) + interval_;
        return repeats_ ? std::min(limit_, said_ + interval_) : limit_;
    }

    /// A packet has come. True: the deadline is earlier now.
    bool on_heard(TimePoint now) noexcept {
        heard_ = now;
        repeats_ = deaf_;
        return std::exchange(waiting_, false);
    }
    /// A packet has been sent.
    void on_said(TimePoint now) noexcept { said_ = now; }

    /// The client is not heard from now on: that its answer does not come means nothing. It still wants to hear something
    /// itself, so heartbeats go on meanwhile.
    void go_deaf() noexcept {
        deaf_ = true;
        repeats_ = true;
    }
    /// It is heard again: it gets the timeout anew. What it has said meanwhile is still to be read.
    void hear_again(TimePoint now) noexcept {
        deaf_ = false;
        limit_ = std::max(limit_, now + timeout_);
    }

    Action advance(TimePoint now) noexcept {
        if (now < deadline()) return Action::none;
        if (waiting_ && now >= limit_) {
            if (!deaf_) return Action::time_out;
            limit_ = now + timeout_;
        }
        if (waiting_ && now < said_ + interval_) return Action::none;
        if (!std::exchange(waiting_, true)) limit_ = now + timeout_;
        said_ = now;
        return Action::send_heartbeat;
    }

private:
    Duration interval_;
    Duration timeout_;
    TimePoint heard_;
    TimePoint said_;
    TimePoint limit_{};
    bool waiting_ = false;
    bool deaf_ = false;
    bool repeats_ = false;  // heartbeats go on although the answer to the first has not come
};

}  // namespace sio::session
