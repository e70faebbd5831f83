// The parts of the public greenlet interface that need no template.

#include <sio/greenlet.hpp>

#include <chrono>
#include <utility>

#include "greenlet/loop.hpp"
#include "greenlet/timeout_link.hpp"
#include "greenlet/wait.hpp"
#include "greenlet/worker.hpp"

namespace sio {

namespace {

class SleepWait final : public greenlet::Wait {
public:
    explicit SleepWait(greenlet::Worker& worker)
        : Wait(worker, "sleep"), timer_([](void* self) { static_cast<SleepWait*>(self)->end(); }, this) {}

    void sleep(Duration duration) {
        if (duration > Duration::zero()) {
            if (duration != forever) timer_.arm(worker().loop().timers(), duration);
        } else {
            end();
        }
        worker().block(*this);
        worker().throw_if_interrupted();
    }
    void interrupt() noexcept override { end(); }

private:
    void end() noexcept {
        if (std::exchange(ended_, true)) return;
        timer_.cancel();
        resume_soon();
    }

    bool ended_ = false;
    util::Timer timer_;
};

}  // namespace

void sleep(Duration duration) {
    auto& worker = greenlet::Worker::require_current("sleep");
    worker.throw_if_interrupted();
    SleepWait(worker).sleep(duration);
}

std::uint64_t current_greenlet_id() noexcept {
    const auto* worker = greenlet::Worker::current();
    return worker ? worker->id() : 0;
}

bool joinall(const std::vector<AnyGreenlet>& greenlets, Duration limit, bool raise_error) {
    const auto begin = std::chrono::steady_clock::now();
    for (const AnyGreenlet& greenlet : greenlets) {
        const Duration left = limit == forever ? forever : limit - (std::chrono::steady_clock::now() - begin);
        if (!greenlet.join(left)) return false;
    }
    if (!raise_error) return true;
    for (const AnyGreenlet& greenlet : greenlets) {
        if (auto exception = greenlet.exception()) std::rethrow_exception(exception);
    }
    return true;
}

void killall(const std::vector<AnyGreenlet>& greenlets, bool wait, Duration limit) {
    std::vector<AnyGreenlet> others;
    const AnyGreenlet* self = nullptr;
    for (const AnyGreenlet& greenlet : greenlets) {
        if (greenlet.id() == current_greenlet_id()) {
            self = &greenlet;
        } else {
            greenlet.kill(false);
            others.push_back(greenlet);
        }
    }
    if (wait) joinall(others, limit);
    if (self) self->kill();
}

struct TimeoutScope::Link : greenlet::TimeoutLink {
    using TimeoutLink::TimeoutLink;
};

TimeoutScope::TimeoutScope(Duration limit)
    : link_(std::make_unique<Link>(greenlet::Worker::require_current("TimeoutScope"), limit)) {}

TimeoutScope::~TimeoutScope() = default;

void TimeoutScope::cancel() noexcept { link_->cancel(); }

bool TimeoutScope::caused(const Timeout& timeout) const noexcept { return timeout.scope_ == link_->id(); }

void detail::run_main(const AnyGreenlet& (*start)(void* context), void* context) {
    if (greenlet::Loop::current()) throw Error(errc::cannot_start, "sio::run: a loop runs on this thread already");
    greenlet::Loop loop;
    loop.post([&loop, start, context] { start(context).link([&loop] { loop.stop(); }); });
    loop.run();
}

detail::GreenletCore& detail::GreenletAccess::core(const AnyGreenlet& greenlet) noexcept { return *greenlet.core_; }

}  // namespace sio
