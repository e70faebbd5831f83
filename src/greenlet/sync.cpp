// The parts of the public synchronisation types that need no template.

#include <sio/error.hpp>
#include <sio/event.hpp>
#include <sio/rlock.hpp>
#include <sio/semaphore.hpp>

#include <system_error>

#include "greenlet/worker.hpp"

namespace sio {

void Event::set() {
    const auto lock = waiting_.lock();
    set_ = true;
    waiting_.wake_all();
}

void Event::clear() {
    const auto lock = waiting_.lock();
    set_ = false;
}

bool Event::is_set() const {
    const auto lock = waiting_.lock();
    return set_;
}

bool Event::wait(Duration limit) {
    auto lock = waiting_.lock();
    return set_ || waiting_.wait(lock, limit, "Event::wait");
}

bool Semaphore::acquire(Duration limit) {
    auto lock = waiting_.lock();
    if (permits_ > 0) {
        --permits_;
        return true;
    }
    return waiting_.wait(lock, limit, "Semaphore::acquire");  // woken: the permit is ours already
}

// The lock is held.
void Semaphore::give(std::size_t permits) {
    for (; permits > 0 && waiting_.wake_one(); --permits) {
    }
    permits_ += permits;
}

void Semaphore::release(std::size_t permits) {
    const auto lock = waiting_.lock();
    give(permits);
}

void Semaphore::release_up_to(std::size_t permits, std::size_t bound) {
    const auto lock = waiting_.lock();
    if (permits > bound - permits_) throw Error(errc::limit_exceeded, "more permits released than were acquired");
    give(permits);
}

std::size_t Semaphore::available() const {
    const auto lock = waiting_.lock();
    return permits_;
}

bool RLock::try_lock_for(Duration limit) {
    const std::uint64_t self = greenlet::Worker::require_current("RLock::lock").id();
    if (owner_.load(std::memory_order_relaxed) != self) {
        if (!free_.acquire(limit)) return false;
        owner_.store(self, std::memory_order_relaxed);
    }
    ++depth_;
    return true;
}

void RLock::unlock() {
    if (!owned()) throw std::system_error(std::make_error_code(std::errc::operation_not_permitted), "RLock::unlock");
    if (--depth_ > 0) return;
    owner_.store(0, std::memory_order_relaxed);
    free_.release();
}

bool RLock::owned() const noexcept {
    const auto* worker = greenlet::Worker::current();
    return worker && owner_.load(std::memory_order_relaxed) == worker->id();
}

}  // namespace sio
