#include "util/timer_wheel.hpp"

#include <algorithm>
#include <bit>

#include "util/exception_text.hpp"

namespace sio::util {

namespace {

/// Beyond every deadline: some 8900 years of milliseconds, what a timer's bits hold.
constexpr std::uint64_t never = (std::uint64_t{1} << 48) - 1;

void link_before(TimerLink& ring, TimerLink& link) noexcept {
    link.previous = ring.previous;
    link.next = &ring;
    ring.previous->next = &link;
    ring.previous = &link;
}

void unlink(TimerLink& link) noexcept {
    link.previous->next = link.next;
    link.next->previous = link.previous;
    link.previous = link.next = &link;
}

bool is_empty(const TimerLink& ring) noexcept { return ring.next == &ring; }

}  // namespace

void Timer::arm(TimerWheel& wheel, Clock::time_point deadline) {
    cancel();
    wheel.insert(*this, deadline);
}

void Timer::arm_after(TimerWheel& wheel, Clock::duration delay) {
    const auto now = wheel.now();
    const bool beyond = delay > Clock::duration::zero() && delay > Clock::time_point::max() - now;
    arm(wheel, beyond ? Clock::time_point::max() : now + delay);
}

void Timer::cancel() noexcept {
    if (wheel_) wheel_->remove(*this);
}

TimerWheel::TimerWheel(Now now) : now_(now), epoch_(now()) {}

TimerWheel::~TimerWheel() {
    for (TimerLink& ring : rings_) {
        while (!is_empty(ring)) remove(static_cast<Timer&>(*ring.next));
    }
}

void TimerWheel::on_earlier(void (*notify)(void*), void* context) noexcept {
    notify_ = notify;
    notify_context_ = context;
}

void TimerWheel::insert(Timer& timer, Clock::time_point deadline) {
    // Rounded up, so that a timer never fires early; a tick that has been dealt with becomes the next one.
    std::uint64_t tick = 0;
    if (deadline > epoch_) {
        const Clock::duration since = deadline - epoch_;
        tick = static_cast<std::uint64_t>(since / resolution) + (since % resolution != Clock::duration::zero());
    }
    const Next before = next();
    timer.tick_ = deadline == Clock::time_point::max() ? never : std::min(std::max(tick, elapsed_ + 1), never);
    timer.wheel_ = this;
    ++size_;
    place(timer);
    if (!advancing_ && notify_ && (!before.found || next().tick < before.tick)) notify_(notify_context_);
}

// The level is that of the highest bit in which the deadline differs from the present: all coarser digits are equal, so
// within its level the slot lies ahead and is unambiguous.
void TimerWheel::place(Timer& timer) noexcept {
    constexpr std::uint64_t horizon = std::uint64_t{1} << (level_bits * levels);
    std::uint64_t tick = timer.tick_;
    unsigned level;
    if ((tick ^ elapsed_) >= horizon) {
        // More than two years away: waits in the farthest slot, and is placed again when that comes near.
        constexpr std::uint64_t farthest = horizon - (horizon >> level_bits);
        level = levels - 1;
        tick = elapsed_ + std::min(tick - elapsed_, farthest);
    } else {
        level = (std::bit_width((tick ^ elapsed_) | 1) - 1) / level_bits;
    }
    const auto index = static_cast<unsigned>(tick >> (level * level_bits)) & (slots - 1);
    timer.slot_ = static_cast<std::uint16_t>(level * slots + index);
    link_before(rings_[timer.slot_], timer);
    occupied_[level] |= std::uint64_t{1} << index;
}

void TimerWheel::remove(Timer& timer) noexcept {
    unlink(timer);
    timer.wheel_ = nullptr;
    --size_;
    if (timer.slot_ != due_slot && is_empty(rings_[timer.slot_])) {
        occupied_[timer.slot_ / slots] &= ~(std::uint64_t{1} << (timer.slot_ % slots));
    }
}

// The finest level that holds anything holds the next event: all of a finer level lies within the present slot of a
// coarser one, hence before its next.
TimerWheel::Next TimerWheel::next() const noexcept {
    for (unsigned level = 0; level < levels; ++level) {
        if (occupied_[level] == 0) continue;
        const unsigned shift = level * level_bits;
        const auto present = static_cast<unsigned>(elapsed_ >> shift) & (slots - 1);
        const int ahead = std::countr_zero(std::rotr(occupied_[level], static_cast<int>(present)));
        const std::uint64_t tick = ((elapsed_ >> shift) + static_cast<unsigned>(ahead)) << shift;
        const auto index = (present + static_cast<unsigned>(ahead)) & (slots - 1);
        return {tick, static_cast<std::uint16_t>(level * slots + index), true};
    }
    return {0, 0, false};
}

Clock::time_point TimerWheel::next_deadline() const noexcept {
    const Next event = next();
    if (!event.found) return Clock::time_point::max();
    const auto left = static_cast<std::uint64_t>((Clock::time_point::max() - epoch_) / resolution);
    return event.tick >= left ? Clock::time_point::max() : epoch_ + resolution * static_cast<Clock::rep>(event.tick);
}

void TimerWheel::advance(Clock::time_point now) {
    if (now <= epoch_) return;
    const auto target = static_cast<std::uint64_t>((now - epoch_) / resolution);
    advancing_ = true;
    for (Next event = next(); event.found && event.tick <= target; event = next()) {
        elapsed_ = std::max(elapsed_, event.tick);
        fire_or_cascade(event.slot);
    }
    elapsed_ = std::max(elapsed_, target);
    advancing_ = false;
}

// Whatever one callback throws, the others have their turn, and the wheel goes on.
void TimerWheel::fire(const Timer& timer) noexcept {
    try {
        timer.callback_(timer.context_);
    } catch (...) {
        log_escaped("greenlet", "timer");
    }
}

// The slot's ring becomes the ring of due timers, from which callbacks may cancel any before it is reached.
void TimerWheel::fire_or_cascade(std::uint16_t slot) {
    TimerLink& ring = rings_[slot];
    TimerLink& due = rings_[due_slot];
    while (!is_empty(ring)) {
        auto& timer = static_cast<Timer&>(*ring.next);
        unlink(timer);
        timer.slot_ = due_slot;
        link_before(due, timer);
    }
    occupied_[slot / slots] &= ~(std::uint64_t{1} << (slot % slots));
    while (!is_empty(due)) {
        auto& timer = static_cast<Timer&>(*due.next);
        if (timer.tick_ > elapsed_) {
            unlink(timer);
            place(timer);
        } else {
            remove(timer);
            fire(timer);
        }
    }
}

}  // namespace sio::util
