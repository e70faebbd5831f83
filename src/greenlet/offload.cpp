#include <sio/offload.hpp>

#include <boost/asio/executor_work_guard.hpp>

#include "greenlet/loop.hpp"
#include "greenlet/thread_pool.hpp"
#include "greenlet/wait.hpp"
#include "greenlet/worker.hpp"

namespace sio::detail {

namespace {

class OffloadWait final : public greenlet::Wait, public greenlet::PoolTask {
public:
    OffloadWait(greenlet::Worker& worker, OffloadWork& work)
        : Wait(worker, "offload"), work_(work), awaited_(worker.loop().executor()) {}

    /// False when the work was taken back before it began.
    bool wait() {
        greenlet::ThreadPool& pool = worker().loop().pool();
        pool.submit(*this);
        worker().block(*this);
        return !withdrawn_;
    }

    void interrupt() noexcept override {
        if (withdrawn_ || !worker().loop().pool().withdraw(*this)) return;
        withdrawn_ = true;
        resume_soon();
    }

private:
    void run() noexcept override {
        work_.run();
        greenlet::Loop& loop = worker().loop();
        loop.post([this] { resume_soon(); });
    }

    OffloadWork& work_;
    boost::asio::executor_work_guard<greenlet::Loop::Executor> awaited_;  // the loop has something to wait for
    bool withdrawn_ = false;
};

}  // namespace

void offload_and_wait(OffloadWork& work) {
    auto& worker = greenlet::Worker::require_current("offload");
    worker.throw_if_interrupted();
    if (!OffloadWait(worker, work).wait()) worker.throw_interruption();
    // Done, but nobody wants the result of a greenlet that is to end.
    worker.throw_if_interrupted();
}

}  // namespace sio::detail
