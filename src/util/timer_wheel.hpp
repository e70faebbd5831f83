#pragma once

#include <chrono>

namespace sio::util {

using Clock = std::chrono::steady_clock;

// CONTRACT (the greenlet helper implements this)
//
// A timer is a member of the object that it serves (intrusive, no allocation): it is armed with a deadline, fires once by
// calling its function, and disarms itself when destroyed. Arming an armed timer moves it. Everything on one thread.
class TimerWheel;

class Timer {
public:
    using Callback = void (*)(void* context);
    Timer(Callback callback, void* context) noexcept;
    ~Timer();
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;
    void arm(TimerWheel& wheel, Clock::time_point deadline);
    void arm(TimerWheel& wheel, Clock::duration delay);
    void cancel() noexcept;
    bool armed() const noexcept;
};

}  // namespace sio::util
