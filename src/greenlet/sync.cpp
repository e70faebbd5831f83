// The parts of the public synchronisation types that need no template.

#include <sio/event.hpp>
#include <sio/semaphore.hpp>

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

void Semaphore::release(std::size_t permits) {
    const auto lock = waiting_.lock();
    for (; permits > 0 && waiting_.wake_one(); --permits) {
    }
    permits_ += permits;
}

std::size_t Semaphore::available() const {
    const auto lock = waiting_.lock();
    return permits_;
}

}  // namespace sio
