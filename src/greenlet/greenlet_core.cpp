#include <sio/detail/greenlet_core.hpp>

#include <system_error>
#include <utility>

#include <sio/error.hpp>
#include <sio/greenlet_exit.hpp>
#include <sio/log.hpp>

#include "greenlet/loop.hpp"
#include "greenlet/worker.hpp"
#include "util/exception_text.hpp"

namespace sio::detail {

using greenlet::Loop;
using greenlet::Worker;

namespace {

Loop& require_loop(const char* call) {
    Loop* loop = Loop::current();
    if (!loop) throw Error(errc::not_in_greenlet, std::string(call) + ": no loop runs on this thread");
    return *loop;
}

}  // namespace

/// A job that starts the greenlet, or ends it when the loop drops the job.
class GreenletCore::Starter {
public:
    explicit Starter(std::shared_ptr<GreenletCore> core) noexcept : core_(std::move(core)) {}
    Starter(Starter&&) noexcept = default;
    ~Starter() {
        if (!core_) return;
        core_->discard();
        core_->finish(nullptr, true);
    }
    void operator()() { std::exchange(core_, nullptr)->enqueue(); }

private:
    std::shared_ptr<GreenletCore> core_;
};

/// Who the worker tells that the greenlet has been given up.
class GreenletCore::Owner final : public greenlet::WorkerOwner {
public:
    explicit Owner(GreenletCore& core) noexcept : core_(core) {}
    void on_given_up() noexcept override { core_.finish(nullptr, true); }

private:
    GreenletCore& core_;
};

GreenletCore::GreenletCore() : id_(Worker::new_id()) {}

GreenletCore::~GreenletCore() {
    if (!exception_ || killed_ || observed_) return;
    std::string label = std::to_string(id_);
    if (!name_.empty()) label += " \"" + name_ + '"';
    log(LogLevel::error, "greenlet", "greenlet " + label + ": " + util::exception_text(exception_));
}

void GreenletCore::start() {
    loop_ = &require_loop("spawn");
    enqueue();
}

void GreenletCore::start_later(Duration delay) {
    Loop& loop = require_loop("spawn_later");
    loop_ = &loop;
    loop.post_after(delay, Starter(shared_from_this()));
}

void GreenletCore::enqueue() {
    const auto lock = ended_.lock();
    if (state_ != State::created) return;
    state_ = State::queued;
    self_ = shared_from_this();
    loop_->make_ready(*this);
}

// self_ keeps the object until it has ended; releasing it is the last thing that happens.
void GreenletCore::run_ready() noexcept {
    std::exception_ptr exception;
    if (!loop_->stopping()) {
        try {
            loop_->enter([this] { execute(); });
            return;
        } catch (...) {
            exception = std::current_exception();  // there is no stack for it
        }
    }
    discard();
    const bool killed = !exception;
    finish(std::move(exception), killed);
    const auto last = std::move(self_);
}

void GreenletCore::execute() {
    Worker& worker = *Worker::current();
    Owner owner(*this);
    const auto last = std::exchange(self_, nullptr);
    {
        const auto lock = ended_.lock();
        if (state_ == State::ended) return;  // killed while it was queued
        state_ = State::running;
        worker_ = &worker;
        worker.set_owner(&owner, id_);
        if (!name_.empty()) worker.set_name(name_);
    }
    std::exception_ptr exception;
    bool killed = false;
    try {
        run();
    } catch (const GreenletExit&) {
        killed = true;
    } catch (...) {
        exception = std::current_exception();
    }
    discard();
    finish(std::move(exception), killed);
}

void GreenletCore::finish(std::exception_ptr exception, bool killed) noexcept {
    std::vector<Link> links;
    {
        const auto lock = ended_.lock();
        if (state_ == State::ended) return;
        state_ = State::ended;
        worker_ = nullptr;
        killed_ = killed;
        exception_ = killed ? std::make_exception_ptr(Error(errc::killed, name_)) : std::move(exception);
        links.swap(links_);
        ended_.wake_all();
    }
    for (Link& link : links) {
        try {
            loop_->enter(std::move(link));
        } catch (...) {
            log(LogLevel::error, "greenlet", "link: " + util::exception_text(std::current_exception()));
        }
    }
}

bool GreenletCore::join(Duration limit) {
    auto lock = ended_.lock();
    if (state_ == State::ended) return true;
    if (worker_ && worker_ == Worker::current()) {
        throw std::system_error(std::make_error_code(std::errc::resource_deadlock_would_occur), "join");
    }
    return ended_.wait(lock, limit, "join");
}

void GreenletCore::kill(bool wait, Duration limit) {
    {
        // finish() takes the lock too, and the loop cannot end before that: it is there as long as we hold it.
        auto lock = ended_.lock();
        if (state_ == State::ended) return;
        if (worker_ && worker_ == Worker::current()) {
            lock.unlock();
            worker_->kill();
            worker_->throw_interruption();
        }
        if (wait) Worker::require_current("kill");
        if (!loop_ || Loop::current() == loop_) {
            lock.unlock();
            kill_on_loop();
        } else {
            loop_->post([self = shared_from_this()] { self->kill_on_loop(); });
        }
    }
    if (wait) join(limit);
}

void GreenletCore::kill_on_loop() noexcept {
    Worker* worker;
    {
        const auto lock = ended_.lock();
        if (state_ == State::ended) return;
        worker = worker_;
    }
    if (worker) {
        worker->kill();
    } else {
        discard();
        finish(nullptr, true);
    }
}

bool GreenletCore::ready() const {
    const auto lock = ended_.lock();
    return state_ == State::ended;
}

bool GreenletCore::successful() const {
    const auto lock = ended_.lock();
    observed_ |= state_ == State::ended;
    return state_ == State::ended && !exception_;
}

std::exception_ptr GreenletCore::exception() const {
    const auto lock = ended_.lock();
    observed_ |= state_ == State::ended;
    return exception_;
}

void GreenletCore::link(Link link) {
    {
        const auto lock = ended_.lock();
        observed_ = true;
        if (state_ != State::ended) {
            links_.push_back(std::move(link));
            return;
        }
    }
    if (Loop* loop = Loop::current()) {
        loop->post([loop, link = std::move(link)]() mutable { loop->enter(std::move(link)); });
    } else {
        link();
    }
}

std::string GreenletCore::name() const {
    const auto lock = ended_.lock();
    return name_;
}

void GreenletCore::set_name(std::string name) {
    const auto lock = ended_.lock();
    name_ = std::move(name);
    if (worker_ && Loop::current() == loop_) worker_->set_name(name_);
}

}  // namespace sio::detail
