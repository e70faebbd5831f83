#include <sio/detail/wait_queue.hpp>

#include <cassert>

#include <sio/detail/wait.hpp>
#include "greenlet/loop.hpp"
#include "greenlet/worker.hpp"
#include "util/timer_wheel.hpp"

namespace sio::detail {

/// One greenlet's place in a WaitQueue, on that greenlet's stack.
///
/// Under the queue's lock it is either linked, or somebody has decided how the wait ends: a waker of any thread, or the
/// timer or an interruption on the greenlet's own. Only who unlinks it resumes the greenlet.
class QueuedWait final : public greenlet::Wait {
public:
    enum class End { woken, woken_from_afar, time_is_up, interrupted };

    QueuedWait(WaitQueue& queue, greenlet::Worker& worker, const char* what, void* place) noexcept
        : Wait(worker, what), queue_(queue), place_(place), timer_(&QueuedWait::on_timer, this) {
        previous_ = queue.last_;
        (previous_ ? previous_->next_ : queue.first_) = this;
        queue.last_ = this;
    }

    End wait(WaitQueue::Lock& lock, Duration limit) {
        lock.unlock();
        if (limit != forever) timer_.arm(worker().loop().timers(), limit);
        worker().block(*this);
        return end_;
    }

    /// The lock is held.
    void wake() noexcept {
        greenlet::Loop& loop = worker().loop();
        unlink();
        if (greenlet::Loop::current() == &loop) {
            end_ = End::woken;
            resume_soon();
        } else {
            end_ = End::woken_from_afar;
            loop.post([this] { resume_soon(); });
        }
    }

    void* place() const noexcept { return place_; }
    void interrupt() noexcept override { give_up(End::interrupted); }

private:
    static void on_timer(void* self) noexcept { static_cast<QueuedWait*>(self)->give_up(End::time_is_up); }

    void give_up(End end) noexcept {
        const auto lock = queue_.lock();
        if (!linked_) return;
        unlink();
        end_ = end;
        resume_soon();
    }

    void unlink() noexcept {
        (previous_ ? previous_->next_ : queue_.first_) = next_;
        (next_ ? next_->previous_ : queue_.last_) = previous_;
        linked_ = false;
    }

    WaitQueue& queue_;
    void* place_;
    QueuedWait* previous_ = nullptr;
    QueuedWait* next_ = nullptr;
    bool linked_ = true;
    End end_ = End::woken;
    util::Timer timer_;
};

WaitQueue::~WaitQueue() { assert(!first_ && "greenlets still wait for what is being destroyed"); }

bool WaitQueue::wait(Lock& lock, Duration limit, const char* what, void* place) {
    if (limit <= Duration::zero()) {
        lock.unlock();
        return false;
    }
    auto& worker = greenlet::Worker::require_current(what);
    if (worker.interrupted()) {
        lock.unlock();
        worker.throw_interruption();
    }
    QueuedWait wait(*this, worker, what, place);
    switch (wait.wait(lock, limit)) {
        case QueuedWait::End::woken: return true;
        case QueuedWait::End::woken_from_afar:
            // The waker may still be inside the lock; the caller may destroy the queue as soon as we return.
            lock.lock();
            lock.unlock();
            return true;
        case QueuedWait::End::time_is_up: return false;
        case QueuedWait::End::interrupted: break;
    }
    worker.throw_interruption();
}

void* WaitQueue::first() const noexcept { return first_->place(); }

bool WaitQueue::wake_one() {
    if (!first_) return false;
    first_->wake();
    return true;
}

void WaitQueue::wake_all() {
    while (wake_one()) {
    }
}

void require_greenlet(const char* call) { greenlet::Worker::require_current(call); }

}  // namespace sio::detail

namespace sio {

Shield::Shield() noexcept : worker_(greenlet::Worker::current()) {
    if (worker_) worker_->raise_shield();
}

Shield::~Shield() {
    if (worker_) worker_->lower_shield();
}

}  // namespace sio
