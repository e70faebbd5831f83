#include "greenlet/timeout_link.hpp"

#include <atomic>
#include <cassert>
#include <chrono>
#include <string>

#include <sio/error.hpp>

#include "greenlet/loop.hpp"
#include "greenlet/worker.hpp"

namespace sio::greenlet {

namespace {

std::uint64_t next_id() noexcept {
    static std::atomic<std::uint64_t> last{0};
    return ++last;
}

}  // namespace

TimeoutLink::TimeoutLink(Worker& worker, util::Clock::duration limit)
    : worker_(worker),
      outer_(worker.timeouts()),
      limit_(limit),
      id_(next_id()),
      depth_(worker.depth()),
      timer_(&TimeoutLink::on_timer, this) {
    worker.set_timeouts(this);
    if (limit != util::Clock::duration::max()) timer_.arm(worker.loop().timers(), limit);
}

TimeoutLink::~TimeoutLink() {
    assert(worker_.timeouts() == this && "time limits end in the reverse order of their beginning");
    worker_.set_timeouts(outer_);
}

void TimeoutLink::throw_timeout() {
    state_ = State::thrown;
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(limit_).count();
    Timeout timeout("TimeoutScope of " + std::to_string(ms) + " ms");
    timeout.scope_ = id_;
    throw timeout;
}

void TimeoutLink::take_back(const Timeout& timeout) noexcept {
    if (timeout.scope_ == id_ && state_ == State::thrown) state_ = State::passed;
}

void TimeoutLink::cancel() noexcept {
    timer_.cancel();
    if (state_ != State::thrown) state_ = State::cancelled;
}

void TimeoutLink::on_timer(void* self) noexcept {
    auto* link = static_cast<TimeoutLink*>(self);
    link->state_ = State::passed;
    link->worker_.time_is_up(*link);
}

}  // namespace sio::greenlet
