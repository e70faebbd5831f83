#include "greenlet/operation_wait.hpp"

#include <boost/asio/cancellation_type.hpp>

#include "greenlet/worker.hpp"

namespace sio::greenlet {

OperationWait::OperationWait() : Wait(Worker::require_current("yield"), "an I/O operation") {
    worker().throw_if_interrupted();
}

void OperationWait::wait() noexcept {
    if (completed_) return;
    suspended_ = true;
    worker().block(*this);
}

// Asio calls completion handlers from the loop, where the greenlet can go on at once. In a greenlet, or in a call that
// interrupts this one, the caller goes on first.
void OperationWait::complete() noexcept {
    completed_ = true;
    if (!suspended_) return;
    if (interrupting_ || Worker::current()) {
        resume_soon();
    } else {
        worker().resume();
    }
}

void OperationWait::interrupt() noexcept {
    if (completed_) return;
    interrupting_ = true;
    signal_.emit(boost::asio::cancellation_type::terminal);
    interrupting_ = false;
}

void OperationWait::throw_if_interrupted() const { worker().throw_if_interrupted(); }

Loop::Executor OperationWait::executor() const noexcept { return worker().loop().executor(); }

}  // namespace sio::greenlet
