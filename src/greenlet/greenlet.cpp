// The parts of the public greenlet interface that need no template.

#include <sio/greenlet.hpp>

#include <boost/asio/post.hpp>
#include <utility>

#include <sio/detail/deadline.hpp>
#include <sio/iwait.hpp>

#include <sio/detail/wait.hpp>
#include "greenlet/loop.hpp"
#include "greenlet/timeout_link.hpp"
#include "greenlet/worker.hpp"

namespace sio {

using detail::Deadline;

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

namespace {

/// Looks again after every turn of the loop until nobody else is ready.
class IdleWait final : public greenlet::Wait {
public:
    explicit IdleWait(greenlet::Worker& worker) : Wait(worker, "idle") {}

    void wait() {
        look_later();
        worker().block(*this);
        worker().throw_if_interrupted();
    }
    void interrupt() noexcept override { interrupted_ = true; }

private:
    // Asio has looked at the sockets by the time at which it calls what is posted now.
    void look_later() {
        boost::asio::post(worker().loop().context(), [this] {
            if (interrupted_ || !worker().loop().busy()) {
                resume_soon();
            } else {
                look_later();
            }
        });
    }

    bool interrupted_ = false;
};

}  // namespace

void idle() {
    auto& worker = greenlet::Worker::require_current("idle");
    worker.throw_if_interrupted();
    IdleWait(worker).wait();
}

AnyGreenlet getcurrent() {
    auto* worker = greenlet::Worker::current();
    return worker ? AnyGreenlet(detail::GreenletCore::of(*worker)) : AnyGreenlet();
}

std::uint64_t current_greenlet_id() noexcept {
    const auto* worker = greenlet::Worker::current();
    return worker ? worker->id() : 0;
}

bool joinall(const std::vector<AnyGreenlet>& greenlets, Duration limit, bool raise_error) {
    const Deadline deadline(limit);
    if (!raise_error) {
        for (const AnyGreenlet& greenlet : greenlets) {
            if (!greenlet.join(deadline.left())) return false;
        }
        return true;
    }
    auto ended = iwait(greenlets, limit);
    std::size_t count = 0;
    for (; const auto greenlet = ended.next(); ++count) {
        if (greenlet->exception()) break;
    }
    for (const AnyGreenlet& greenlet : greenlets) {
        if (auto exception = greenlet.exception()) std::rethrow_exception(exception);
    }
    return count == greenlets.size();
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

void detail::run_main(const RunOptions& options, const AnyGreenlet& (*start)(void* context), void* context) {
    if (greenlet::Loop::current()) throw Error(errc::cannot_start, "sio::run: a loop runs on this thread already");
    greenlet::LoopOptions loop_options;
    loop_options.stack_bytes = options.stack_bytes;
    loop_options.stack_option = "RunOptions::stack_bytes";
    greenlet::check_threads(options.threads, "RunOptions");
    loop_options.threads = options.threads;
    loop_options.detect_deadlock = options.detect_deadlock;
    greenlet::Loop loop(loop_options);
    loop.post([&loop, start, context] {
        const AnyGreenlet& main = start(context);
        main.set_name("main");
        main.link([&loop] { loop.stop(); });
    });
    loop.run();
    if (!loop.deadlock().empty()) throw Deadlock(loop.deadlock());
}

detail::GreenletCore& detail::GreenletAccess::core(const AnyGreenlet& greenlet) noexcept { return *greenlet.core_; }

}  // namespace sio
