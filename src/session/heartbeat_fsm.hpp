#pragma once

#include <algorithm>
#include <chrono>

namespace sio::session {

/// The longest time that a heartbeat is made of; longer ones are taken for it. Clients are told of them, and the timers of those in
/// JavaScript count 2^31 ms at most: more than that is no time at all to them.
inline constexpr std::chrono::milliseconds longest_heartbeat{1'000'000'000};

constexpr std::chrono::milliseconds heartbeat_time(std::chrono::milliseconds wanted) noexcept {
    return std::min(wanted, longest_heartbeat);
}

/// The server's half of a heartbeat. Pure: it is told the time and says what to do next.
///
/// Engine.IO 4, and 0.9: the server pings every interval, and the answer is due within the timeout.
///
///      open/pong --interval--> ping sent --timeout--> timed out
///          ^                       |
///          +--------- pong --------+
///
/// Engine.IO 3: the client pings. Whatever it sends shows that it is there; silence for an interval and the timeout ends
/// the session.
///
///      open/any packet --interval + timeout--> timed out
///          ^    |
///          +----+
class HeartbeatFsm {
public:
    using TimePoint = std::chrono::steady_clock::time_point;
    using Duration = std::chrono::steady_clock::duration;

    enum class Pinger { server, client };
    enum class Action { none, send_ping, time_out };

    HeartbeatFsm(Pinger pinger, Duration interval, Duration timeout, TimePoint now) noexcept
        : pinger_(pinger), interval_(interval), timeout_(timeout) {
        if (pinger == Pinger::server) {
            deadline_ = now + interval;
        } else {
            on_packet(now);
        }
    }

    /// When advance() wants to be called next.
    TimePoint deadline() const noexcept { return deadline_; }

    Action advance(TimePoint now) noexcept {
        if (now < deadline_) return Action::none;
        if (waiting_) return Action::time_out;
        waiting_ = true;
        deadline_ = now + timeout_;
        return Action::send_ping;
    }

    /// Whether on_packet() wants to be called.
    bool counts_packets() const noexcept { return pinger_ == Pinger::client; }
    /// Anything from a client that pings. The deadline moves back; a timer that fires at the old one finds nothing to do.
    void on_packet(TimePoint now) noexcept {
        waiting_ = true;
        deadline_ = now + interval_ + timeout_;
    }
    /// The answer to a ping of the server's. One that nobody asked for changes nothing: it must not let a client put off
    /// the next ping.
    void on_pong(TimePoint now) noexcept {
        if (!waiting_ || pinger_ == Pinger::client) return;
        waiting_ = false;
        deadline_ = now + interval_;
    }

    /// The peer could not be heard until now: it gets the timeout anew.
    void excuse(TimePoint now) noexcept {
        if (waiting_) deadline_ = std::max(deadline_, now + timeout_);
    }

private:
    Pinger pinger_;
    bool waiting_ = false;
    Duration interval_;
    Duration timeout_;
    TimePoint deadline_;
};

}  // namespace sio::session
