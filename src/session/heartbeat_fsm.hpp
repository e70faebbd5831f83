#pragma once

#include <algorithm>
#include <chrono>

namespace sio::session {

/// The longest interval or timeout of a heartbeat. Clients are told both, and timers in JavaScript count 2^31 ms at most: they take
/// more than that for no time at all.
inline constexpr std::chrono::milliseconds longest_heartbeat{1'000'000'000};

/// `wanted`, but at least 1 ms and at most longest_heartbeat.
constexpr std::chrono::milliseconds heartbeat_time(std::chrono::milliseconds wanted) noexcept {
    return std::clamp(wanted, std::chrono::milliseconds(1), longest_heartbeat);
}

/// The server's half of a heartbeat. Pure: it is told the time and says what to do next.
///
/// Engine.IO 4: the server pings every interval, and the answer is due within the timeout.
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
///
/// A server that does not read hears no answer, and must not end the session for it. But its client goes by what it hears
/// itself: it gets a sign of life all the time (Engine.IO 4: pings; 3: pongs that it did not ask for).
class HeartbeatFsm {
public:
    using TimePoint = std::chrono::steady_clock::time_point;
    using Duration = std::chrono::steady_clock::duration;

    enum class Pinger { server, client };
    enum class Action { none, send_sign, time_out };

    HeartbeatFsm(Pinger pinger, Duration interval, Duration timeout, TimePoint now) noexcept
        : pinger_(pinger), interval_(interval), timeout_(timeout), next_sign_(now + interval) {
        if (pinger == Pinger::client) on_packet(now);
    }

    /// When advance() wants to be called next; it may be called earlier.
    TimePoint deadline() const noexcept {
        if (!waiting_) return next_sign_;
        return repeats_ ? std::min(limit_, next_sign_) : limit_;
    }

    Action advance(TimePoint now) noexcept {
        if (waiting_ && now >= limit_) {
            if (!deaf_) return Action::time_out;
            limit_ = now + timeout_;
        }
        if ((waiting_ && !repeats_) || now < next_sign_) return Action::none;
        if (!waiting_) {
            waiting_ = true;
            limit_ = now + timeout_;
        }
        next_sign_ = now + sign_interval();
        return Action::send_sign;
    }

    /// Whether on_packet() wants to be called.
    bool counts_packets() const noexcept { return pinger_ == Pinger::client; }
    /// Anything from a client that pings. The deadline moves back; a timer that fires at the old one finds nothing to do.
    void on_packet(TimePoint now) noexcept {
        waiting_ = true;
        limit_ = now + interval_ + timeout_;
    }
    /// The answer to a ping of the server's. One that nobody asked for changes nothing: it must not let a client put off
    /// the next ping. Nor does one that was not read for long put it off by more than its client waits.
    void on_pong(TimePoint now) noexcept {
        if (!waiting_ || pinger_ == Pinger::client) return;
        waiting_ = false;
        next_sign_ = repeats_ ? std::min(now + interval_, next_sign_ + timeout_ / 2) : now + interval_;
        repeats_ = deaf_;
    }

    /// The peer is not heard from now on. The deadline may be earlier then, as in the following.
    void go_deaf(TimePoint now) noexcept {
        deaf_ = true;
        if (pinger_ == Pinger::client && !repeats_) next_sign_ = now + sign_interval();
        repeats_ = true;
    }
    /// It is heard again: it gets the timeout anew. What it has said meanwhile is still to be read, so the signs go on
    /// until its answer has come.
    void hear_again(TimePoint now) noexcept {
        deaf_ = false;
        repeats_ = pinger_ == Pinger::server;
        excuse(now);
    }
    /// The peer could not be heard until now, or could not hear: it gets the timeout anew.
    void excuse(TimePoint now) noexcept {
        if (waiting_) limit_ = std::max(limit_, now + timeout_);
    }

private:
    /// A client that pings gives up the timeout after its ping, which may have been any time.
    Duration sign_interval() const noexcept {
        return pinger_ == Pinger::server ? interval_ : std::max<Duration>(timeout_ / 2, std::chrono::milliseconds(1));
    }

    Pinger pinger_;
    bool waiting_ = false;
    bool deaf_ = false;
    bool repeats_ = false;  // signs go on although the answer to the first has not come
    Duration interval_;
    Duration timeout_;
    TimePoint next_sign_;
    TimePoint limit_{};  // for the answer
};

}  // namespace sio::session
