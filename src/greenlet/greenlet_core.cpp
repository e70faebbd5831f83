#include <sio/detail/greenlet_core.hpp>

#include <algorithm>
#include <iterator>
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
    void operator()() {
        const auto core = std::exchange(core_, nullptr);
        const auto lock = core->ended_.lock();
        if (core->state_ == State::created) core->enqueue();
    }

private:
    std::shared_ptr<GreenletCore> core_;
};

/// Stands for a greenlet that runs a handler or a job, for which nobody made a handle at its start.
class GreenletCore::Adopted final : public GreenletCore {
public:
    explicit Adopted(Worker& worker) {
        observed_ = true;  // the worker logs what it throws
        state_ = State::running;
        loop_ = &worker.loop();
        worker_ = &worker;
        name_ = worker.name();
    }

private:
    void call() override {}
    void discard() noexcept override {}
};

GreenletCore::GreenletCore() : id_(Worker::new_id()) {}

GreenletCore::~GreenletCore() {
    if (!exception_ || killed_ || observed_) return;
    std::string label = std::to_string(id_);
    if (!name_.empty()) label += " \"" + name_ + '"';
    log(LogLevel::error, "greenlet", "greenlet " + label + ": " + util::exception_text(exception_));
}

std::shared_ptr<GreenletCore> GreenletCore::of(Worker& worker) {
    if (!worker.core()) {
        auto adopted = std::make_shared<Adopted>(worker);
        worker.set_core(adopted.get(), adopted->id_);
        worker.adopt(std::move(adopted));
    }
    return worker.core()->shared_from_this();
}

void GreenletCore::start() {
    Loop& loop = require_loop("spawn");
    const auto lock = ended_.lock();
    if (state_ != State::created || delayed_) return;
    loop_ = &loop;
    enqueue();
}

void GreenletCore::start_later(Duration delay) {
    Loop& loop = require_loop("spawn_later");
    {
        const auto lock = ended_.lock();
        if (state_ != State::created || delayed_) return;
        loop_ = &loop;
        delayed_ = true;
    }
    loop.post_after(delay, Starter(shared_from_this()));
}

// The lock is held.
void GreenletCore::enqueue() {
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
    const auto last = std::exchange(self_, nullptr);
    {
        const auto lock = ended_.lock();
        if (state_ == State::ended) return;  // killed while it was queued
        state_ = State::running;
        worker_ = &worker;
        worker.set_core(this, id_);
        if (!name_.empty()) worker.set_name(name_);
    }
    std::exception_ptr exception;
    bool killed = false;
    try {
        call();
    } catch (const GreenletExit&) {
        killed = true;
    } catch (const std::exception&) {
        exception = std::current_exception();
    } catch (const Timeout& timeout) {
        // Its scope is gone: for those who ask how the greenlet ended it is an error like others, and no limit of theirs.
        exception = std::make_exception_ptr(TimeoutError(timeout.what()));
    } catch (...) {
        exception = std::current_exception();
    }
    discard();
    worker.set_core(nullptr, id_);
    finish(std::move(exception), killed);
}

void GreenletCore::finish(std::exception_ptr exception, bool killed) noexcept {
    std::vector<LinkEntry> links;
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
    for (auto& [link, in_greenlet, number] : links) {
        try {
            if (in_greenlet && Loop::current() == loop_) {
                loop_->enter(std::move(link));
            } else {
                link();
            }
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

void GreenletCore::kill(std::exception_ptr exception, bool wait, Duration limit) {
    {
        // finish() takes the lock too, and the loop cannot end before that: it is there as long as we hold it.
        auto lock = ended_.lock();
        if (state_ == State::ended) return;
        if (worker_ && worker_ == Worker::current()) {
            lock.unlock();
            worker_->kill(std::move(exception));
            worker_->throw_interruption();
        }
        if (wait) Worker::require_current("kill");
        if (!loop_ || Loop::current() == loop_) {
            lock.unlock();
            kill_on_loop(std::move(exception));
        } else {
            loop_->post([self = shared_from_this(), exception = std::move(exception)]() mutable {
                self->kill_on_loop(std::move(exception));
            });
        }
    }
    if (wait) join(limit);
}

void GreenletCore::kill_on_loop(std::exception_ptr exception) noexcept {
    Worker* worker;
    {
        const auto lock = ended_.lock();
        if (state_ == State::ended) return;
        worker = worker_;
    }
    if (worker) {
        worker->kill(std::move(exception));
    } else {
        discard();
        const bool killed = !exception;
        finish(std::move(exception), killed);
    }
}

bool GreenletCore::started() const {
    const auto lock = ended_.lock();
    return delayed_ || state_ != State::created;
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

LinkId GreenletCore::link(Link link) {
    {
        const auto lock = ended_.lock();
        observed_ = true;
        if (state_ != State::ended) return add_link(std::move(link), true);
    }
    if (Loop* loop = Loop::current()) {
        loop->post([loop, link = std::move(link)]() mutable { loop->enter(std::move(link)); });
    } else {
        link();
    }
    return {};
}

LinkId GreenletCore::rawlink(Link link) {
    {
        const auto lock = ended_.lock();
        if (state_ != State::ended) return add_link(std::move(link), false);
    }
    link();
    return {};
}

// The lock is held.
LinkId GreenletCore::add_link(Link&& link, bool in_greenlet) {
    links_.push_back({std::move(link), in_greenlet, ++last_link_});
    return LinkId{last_link_};
}

bool GreenletCore::unlink(LinkId id) {
    LinkEntry taken{};  // what it captured ends without the lock
    const auto lock = ended_.lock();
    const auto found = std::find_if(links_.rbegin(), links_.rend(),
                                    [id](const LinkEntry& entry) { return LinkId{entry.number} == id; });
    if (found == links_.rend()) return false;
    taken = std::move(*found);
    links_.erase(std::prev(found.base()));
    return true;
}

std::size_t GreenletCore::links() const {
    const auto lock = ended_.lock();
    return links_.size();
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
