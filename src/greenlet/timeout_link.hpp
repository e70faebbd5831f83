#pragma once

#include <cstdint>

#include "util/timer_wheel.hpp"

namespace sio {
class Timeout;
}

namespace sio::greenlet {

class Worker;

/// A time limit on what the current greenlet does, one in a chain from the innermost to the outermost.
class TimeoutLink {
public:
    TimeoutLink(Worker& worker, util::Clock::duration limit);
    ~TimeoutLink();

    std::uint64_t id() const noexcept { return id_; }
    /// Worker::depth() where it begins and is caught.
    int depth() const noexcept { return depth_; }
    TimeoutLink* outer() const noexcept { return outer_; }
    /// The time has passed, and the greenlet has not been told yet.
    bool pending() const noexcept { return state_ == State::passed; }
    /// Tells the greenlet, once.
    [[noreturn]] void throw_timeout();
    /// If it was this one that threw it, the greenlet has not been told after all.
    void take_back(const Timeout& timeout) noexcept;
    void cancel() noexcept;

private:
    enum class State { running, passed, thrown, cancelled };
    static void on_timer(void* self) noexcept;

    Worker& worker_;
    TimeoutLink* outer_;
    util::Clock::duration limit_;
    std::uint64_t id_;
    int depth_;
    State state_ = State::running;
    util::Timer timer_;
};

}  // namespace sio::greenlet
