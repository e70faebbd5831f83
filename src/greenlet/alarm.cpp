#include "greenlet/alarm.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <chrono>
#include <new>
#include <utility>

#include "util/exception_text.hpp"

namespace sio::greenlet {

Alarm::Alarm(Loop& loop) : loop_(loop), timer_(loop.executor()) {
    loop_.timers().on_earlier([](void* self) { static_cast<Alarm*>(self)->set(); }, this);
}

Alarm::~Alarm() { loop_.timers().on_earlier(nullptr, nullptr); }

void Alarm::set() {
    const auto next = loop_.timers().next_deadline();
    if (next < set_to_) start(next);
}

void Alarm::hasten() {
    if (hastened_ || set_to_ == util::Clock::time_point::max()) return;
    hastened_ = true;
    start(std::min(set_to_, loop_.now() + std::chrono::milliseconds(100)));
}

void Alarm::start(util::Clock::time_point time) {
    if (loop_.options_.virtual_time) {
        const bool posted = std::exchange(set_to_, time) != util::Clock::time_point::max();
        if (!posted) boost::asio::post(loop_.context_, [this] { skip_to_next(); });
        return;
    }
    try {
        timer_.expires_at(time);
        timer_.async_wait([this](const boost::system::error_code& error) {
            if (!error) on_ring();
        });
        set_to_ = time;
    } catch (const std::bad_alloc&) {
        set_to_ = util::Clock::time_point::max();
        missed_ = true;
        loop_.schedule_turn();
    }
}

void Alarm::catch_up() {
    missed_ = false;
    loop_.timers().advance(loop_.now());
    set();
}

void Alarm::skip_to_next() {
    if (loop_.busy()) {
        boost::asio::post(loop_.context_, [this] { skip_to_next(); });
        return;
    }
    auto& timers = loop_.timers();
    if (!timers.empty()) timers.skip(std::max(timers.next_deadline() - timers.now(), util::Clock::duration::zero()));
    on_ring();
}

// What the timers wake runs in this turn, without another look at the sockets before it.
void Alarm::on_ring() {
    set_to_ = util::Clock::time_point::max();
    hastened_ = false;
    loop_.in_turn_ = true;
    loop_.timers().advance(loop_.now());
    set();
    loop_.turn();
}

DelayedJob::DelayedJob(Loop& loop, util::Clock::duration delay, Loop::Job job)
    : loop_(loop), job_(std::move(job)), next_(loop.delayed_), timer_(&DelayedJob::on_timer, this) {
    if (next_) next_->previous_ = this;
    loop.delayed_ = this;
    timer_.arm(loop.timers(), delay);
}

DelayedJob::~DelayedJob() {
    (previous_ ? previous_->next_ : loop_.delayed_) = next_;
    if (next_) next_->previous_ = previous_;
}

void DelayedJob::cancel() noexcept {
    if (timer_.armed()) {
        delete this;
    } else {
        job_ = nullptr;  // among what is ready, which has no way back
    }
}

void DelayedJob::on_timer(void* self) noexcept {
    auto& delayed = *static_cast<DelayedJob*>(self);
    delayed.loop_.make_ready(delayed);
}

void DelayedJob::run_ready() noexcept {
    Loop::Job job = std::move(job_);
    delete this;
    if (!job) return;
    try {
        job();
    } catch (...) {
        util::log_escaped("greenlet", "delayed job");
    }
}

}  // namespace sio::greenlet
