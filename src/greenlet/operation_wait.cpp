#include <sio/detail/operation_wait.hpp>

#include <boost/asio/cancellation_type.hpp>

#include <sio/asio.hpp>
#include <sio/error.hpp>

#include "greenlet/loop.hpp"
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

boost::asio::io_context::executor_type OperationWait::executor() const noexcept { return worker().loop().executor(); }

}  // namespace sio::greenlet

namespace sio {

boost::asio::io_context& asio_context() {
    greenlet::Loop* loop = greenlet::Loop::current();
    if (!loop) throw Error(errc::not_in_greenlet, "asio_context: no loop runs on this thread");
    return loop->context();
}

}  // namespace sio
