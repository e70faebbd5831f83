#pragma once

#include <boost/asio/io_context.hpp>

#include "util/timer_wheel.hpp"
#include "util/unique_function.hpp"

namespace sio::greenlet {

// CONTRACT (the greenlet helper implements this; members may be added, these keep their meaning)
class Loop {
public:
    using Job = util::UniqueFunction<void()>;
    using Executor = boost::asio::io_context::executor_type;

    Loop();
    ~Loop();

    /// The loop that runs on this thread, or null.
    static Loop* current() noexcept;

    boost::asio::io_context& context() noexcept;
    Executor executor() noexcept;

    /// Runs until stop(). On return every greenlet has ended and every posted job has run or been destroyed.
    void run();
    /// Any thread.
    void stop();
    /// Runs `job` on this loop's thread, on a later turn. Any thread.
    void post(Job job);

    /// Runs `fn` in a greenlet (a parked worker coroutine) at once; returns when it ends or first suspends.
    /// An exception out of `fn` is logged. No allocation when a worker is parked and `fn` is small.
    void enter(Job fn);

    /// Timers of this loop: 1 ms resolution. See util/timer_wheel.hpp.
    util::TimerWheel& timers() noexcept;
};

}  // namespace sio::greenlet
