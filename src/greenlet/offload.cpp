#include <sio/offload.hpp>
#include <sio/thread_pool.hpp>

#include <boost/asio/executor_work_guard.hpp>

#include <sio/detail/wait.hpp>
#include "greenlet/loop.hpp"
#include "greenlet/thread_pool.hpp"
#include "greenlet/worker.hpp"

namespace sio::detail {

namespace {

class OffloadWait final : public greenlet::Wait, public greenlet::PoolTask {
public:
    OffloadWait(greenlet::Worker& worker, greenlet::ThreadPool& pool, OffloadWork& work)
        : Wait(worker, "offload"), pool_(pool), work_(work), awaited_(worker.loop().executor()) {}

    /// False when the work was taken back before it began.
    [[nodiscard]] bool wait() {
        pool_.submit(*this);
        worker().block(*this);
        return !withdrawn_;
    }

    void interrupt() noexcept override {
        if (withdrawn_ || interrupted_) return;
        if (!pool_.withdraw(*this)) {
            interrupted_ = true;
            work_.interrupt();
            return;
        }
        withdrawn_ = true;
        resume_soon();
    }

private:
    void run() noexcept override {
        work_.run();
        greenlet::Loop& loop = worker().loop();
        loop.post([this] { resume_soon(); });
    }

    greenlet::ThreadPool& pool_;
    OffloadWork& work_;
    boost::asio::executor_work_guard<greenlet::Loop::Executor> awaited_;  // the loop has something to wait for
    bool withdrawn_ = false;
    bool interrupted_ = false;
};

void offload_and_wait_on(greenlet::ThreadPool* pool, OffloadWork& work) {
    auto& worker = greenlet::Worker::require_current("offload");
    worker.throw_if_interrupted();
    if (!OffloadWait(worker, pool ? *pool : worker.loop().pool(), work).wait()) worker.throw_interruption();
    // Done, but nobody wants the result of a greenlet that is to end.
    worker.throw_if_interrupted();
}

}  // namespace

void offload_and_wait(OffloadWork& work) { offload_and_wait_on(nullptr, work); }

void offload_step_and_wait(PoolPurpose purpose, OffloadWork& work) {
    auto& worker = greenlet::Worker::require_current("offload");
    worker.throw_if_interrupted();
    if (!OffloadWait(worker, worker.loop().pool(purpose), work).wait()) worker.throw_interruption();
}

void throw_if_interrupted() {
    if (auto* worker = greenlet::Worker::current()) worker->throw_if_interrupted();
}

}  // namespace sio::detail

namespace sio {

ThreadPool::ThreadPool(std::size_t threads) : pool_(std::make_unique<greenlet::ThreadPool>(threads)) {}

ThreadPool::~ThreadPool() = default;

std::size_t ThreadPool::size() const noexcept { return pool_->size(); }

void ThreadPool::run(detail::OffloadWork& work) { detail::offload_and_wait_on(pool_.get(), work); }

}  // namespace sio
