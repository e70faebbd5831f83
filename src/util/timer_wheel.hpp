#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace sio::util {

using Clock = std::chrono::steady_clock;

class TimerWheel;

/// `time` in the clock's units, or the longest time that those can count: milliseconds::max() is some 290 million years,
/// and converted as it is it becomes a time in the past.
template <class Rep, class Period>
constexpr Clock::duration clamped(std::chrono::duration<Rep, Period> time) noexcept {
    using Given = std::chrono::duration<Rep, Period>;
    if (time >= std::chrono::duration_cast<Given>(Clock::duration::max())) return Clock::duration::max();
    if (time <= std::chrono::duration_cast<Given>(Clock::duration::min())) return Clock::duration::min();
    return std::chrono::duration_cast<Clock::duration>(time);
}

/// A place in one of a TimerWheel's rings; private to it and Timer.
struct TimerLink {
    TimerLink* previous = this;
    TimerLink* next = this;
};

/// A point in time at which something is to be done.
///
/// A timer is a member of the object that it serves: nothing is allocated, and its end disarms it. It fires once, never
/// before its deadline and up to one millisecond (and whatever the thread is busy with) after it.
/// Threads: a timer and its wheel belong to one thread. A wheel that ends disarms its timers.
class Timer : private TimerLink {
public:
    using Callback = void (*)(void* context);

    /// `callback` may arm, cancel and destroy any timer, this one too. What it throws is
    /// logged, and nothing else comes of it.
    Timer(Callback callback, void* context) noexcept : callback_(callback), context_(context) {}
    ~Timer() { cancel(); }
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;

    /// Arms the timer, or moves it when it is armed. A deadline that has passed fires on the next millisecond.
    void arm(TimerWheel& wheel, Clock::time_point deadline);
    /// The same, `delay` from now. A delay that reaches beyond the clock's end never fires: the largest of its type, say.
    template <class Rep, class Period>
    void arm(TimerWheel& wheel, std::chrono::duration<Rep, Period> delay) {
        arm_after(wheel, clamped(delay));
    }
    void cancel() noexcept;
    bool armed() const noexcept { return wheel_ != nullptr; }

private:
    friend class TimerWheel;

    void arm_after(TimerWheel& wheel, Clock::duration delay);

    Callback callback_;
    void* context_;
    TimerWheel* wheel_ = nullptr;
    std::uint64_t tick_ : 48 = 0;  // the millisecond of the wheel on which to fire
    std::uint64_t slot_ : 16 = 0;  // which ring of the wheel holds the link
};

/// A Timer of a kind that most owners never arm: it takes memory only from arming to cancel(), or its end.
class RareTimer {
public:
    /// As Timer's.
    template <class Rep, class Period>
    void arm(TimerWheel& wheel, std::chrono::duration<Rep, Period> delay, Timer::Callback callback, void* context) {
        timer_ = std::make_unique<Timer>(callback, context);
        timer_->arm(wheel, delay);
    }
    void cancel() noexcept { timer_.reset(); }
    bool armed() const noexcept { return timer_ && timer_->armed(); }

private:
    std::unique_ptr<Timer> timer_;
};

/// Many timers behind one alarm: arming, moving and cancelling take constant time.
///
/// Six levels of 64 slots; a slot of level n spans 64^n ms. A timer sits in the level in which its deadline first differs
/// from the present, and moves to finer levels as that comes near (at most five times). The wheel has no clock: whoever
/// drives it calls advance() at next_deadline() or soon after.
class TimerWheel {
public:
    using Now = Clock::time_point (*)();

    static constexpr Clock::duration resolution = std::chrono::milliseconds(1);

    /// `now` is asked once here and for delays given to Timer::arm(); tests put a clock of their own there.
    explicit TimerWheel(Now now = &Clock::now);
    ~TimerWheel();
    TimerWheel(const TimerWheel&) = delete;
    TimerWheel& operator=(const TimerWheel&) = delete;

    /// The time by which timers go.
    Clock::time_point now() const { return now_() + skipped_; }
    /// Moves now() forward, for virtual time. What is due then fires in the next advance().
    void skip(Clock::duration time) noexcept { skipped_ += time; }

    /// Fires every timer whose deadline is not after `now`, in the order of their milliseconds. An earlier `now` than
    /// before is ignored. Not to be called from a callback.
    void advance(Clock::time_point now);
    /// When advance() is to be called next: not after the earliest deadline, and earlier only to move timers between
    /// levels. time_point::max() when nothing is armed.
    Clock::time_point next_deadline() const noexcept;
    /// How many timers are armed.
    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }

    /// `notify` is called whenever arming a timer makes next_deadline() earlier, except from within advance().
    void on_earlier(void (*notify)(void* context), void* context) noexcept;

private:
    friend class Timer;

    static constexpr unsigned level_bits = 6;
    static constexpr unsigned levels = 6;
    static constexpr unsigned slots = 1U << level_bits;
    static constexpr std::uint16_t due_slot = levels * slots;

    struct Next {
        std::uint64_t tick;
        std::uint16_t slot;
        bool found;
    };

    void insert(Timer& timer, Clock::time_point deadline);
    void place(Timer& timer) noexcept;
    void remove(Timer& timer) noexcept;
    Next next() const noexcept;
    static void fire(const Timer& timer) noexcept;
    void fire_or_cascade(std::uint16_t slot);

    Now now_;
    Clock::duration skipped_{};
    Clock::time_point epoch_;
    std::uint64_t elapsed_ = 0;  // milliseconds since the epoch up to which everything has fired
    std::size_t size_ = 0;
    bool advancing_ = false;
    void (*notify_)(void*) = nullptr;
    void* notify_context_ = nullptr;
    std::array<std::uint64_t, levels> occupied_{};  // one bit a slot
    // One ring a slot, and one for the timers that advance() is firing right now.
    std::array<TimerLink, levels * slots + 1> rings_;
};

}  // namespace sio::util
