#include "greenlet/loop.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <cassert>
#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

#include <sio/log.hpp>

#include "greenlet/alarm.hpp"
#include "greenlet/fast_thread_local.hpp"
#include "greenlet/overflow_report.hpp"
#include "greenlet/stack_arena.hpp"
#include "greenlet/thread_pool.hpp"
#include "greenlet/worker.hpp"
#include "util/exception_text.hpp"

namespace sio::greenlet {

namespace {

SIO_FAST_THREAD_LOCAL Loop* current_loop = nullptr;

// While an ended loop waits for greenlets that do not end, it says so this often.
constexpr std::chrono::seconds stuck_report_interval{5};

// Batches beyond this do not keep their memory.
constexpr std::size_t kept_batch = 1024;

constexpr std::size_t max_threads = 1024;

std::size_t threads_for(const ThreadOptions& threads, detail::PoolPurpose purpose) noexcept {
    switch (purpose) {
        case detail::PoolPurpose::offload: return threads.offload;
        case detail::PoolPurpose::files: return threads.files;
        case detail::PoolPurpose::databases: return threads.databases;
        case detail::PoolPurpose::lookups: return threads.lookups;
        case detail::PoolPurpose::passwords: return threads.passwords;
    }
    return threads.offload;
}

std::unique_ptr<StackArena> make_stacks(const LoopOptions& options) {
    check_stack_bytes(options.stack_bytes, options.stack_option);
    return std::make_unique<StackArena>(options.stack_bytes * sanitizer::frame_factor, options.hot_stacks,
                                        options.stack_option);
}

util::Clock::time_point standing_clock() { return util::Clock::time_point(std::chrono::hours(1)); }

}  // namespace

/// While it lives, the loop is the current one of its thread.
class Loop::Running {
public:
    explicit Running(Loop& loop) : outer_(std::exchange(current_loop, &loop)) {
        if (loop.options_.report_stack_overflow) report_.emplace();
    }
    ~Running() { current_loop = outer_; }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

private:
    Loop* outer_;
    std::optional<OverflowReport> report_;
};

void check_stack_bytes(std::size_t bytes, const char* option) {
    if (bytes >= StackArena::min_stack_bytes && bytes <= StackArena::max_stack_bytes) return;
    throw std::invalid_argument("sio: " + std::string(option) + " must be 16 KiB to 1 GiB, not " +
                                std::to_string(bytes) + " bytes");
}

void check_threads(const ThreadOptions& threads, const char* where) {
    const std::pair<const char*, std::size_t> all[] = {{"offload", threads.offload},
                                                       {"files", threads.files},
                                                       {"databases", threads.databases},
                                                       {"lookups", threads.lookups},
                                                       {"passwords", threads.passwords}};
    for (const auto& [name, count] : all) {
        if (count >= 1 && count <= max_threads) continue;
        throw std::invalid_argument("sio: " + std::string(where) + "::threads." + name + " must be 1 to " +
                                    std::to_string(max_threads) + ", not " + std::to_string(count));
    }
}

Loop::Loop() : Loop(LoopOptions{}) {}

Loop::Loop(const LoopOptions& options)
    : options_(options),
      stacks_(make_stacks(options)),
      context_(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO),
      timers_(options.virtual_time ? &standing_clock : &util::Clock::now),
      alarm_(std::make_unique<Alarm>(*this)) {
    check_threads(options_.threads, "LoopOptions");
}

Loop::~Loop() {
    assert(current_loop != this && "a loop must not be destroyed while it runs");
    destroy_jobs();
}

Loop* Loop::current() noexcept { return current_loop; }

ThreadPool& Loop::pool(detail::PoolPurpose purpose) {
    if (options_.pool && purpose == detail::PoolPurpose::offload) return *options_.pool;
    auto& pool = own_pools_[static_cast<std::size_t>(purpose)];
    if (!pool) pool = std::make_unique<ThreadPool>(threads_for(options_.threads, purpose));
    return *pool;
}

// --- running -----------------------------------------------------------------------------------------------------

void Loop::run() {
    Running running(*this);
    deadlock_.clear();
    if (!stop_requested_) {
        context_.restart();
        // Again in case that stop() came between the test above and restart().
        if (!stop_requested_ && options_.detect_deadlock) {
            run_until_deadlock();
        } else if (!stop_requested_) {
            auto work = boost::asio::make_work_guard(context_);
            run_handlers();
        }
    }
    stopping_ = true;
    do {
        end_greenlets();
        destroy_jobs();  // which may begin more
    } while (greenlets_ > 0 || first_ready_);
    end_parked_workers();
    stopping_ = false;
    const std::lock_guard lock(inbox_mutex_);  // a stop() that is under way ends before the loop may
    stop_requested_ = false;
}

void Loop::stop() {
    const std::lock_guard lock(inbox_mutex_);
    stop_requested_ = true;
    context_.stop();
}

void Loop::run_handlers() {
    while (!context_.stopped()) {
        try {
            context_.run();
        } catch (...) {
            util::log_escaped("greenlet", "handler");
        }
    }
}

std::size_t Loop::run_handlers_for(util::Clock::duration time) {
    try {
        // Asio runs nothing for no time at all, not even what is ready.
        return time == util::Clock::duration::zero() ? context_.poll() : context_.run_for(time);
    } catch (...) {
        util::log_escaped("greenlet", "handler");
        return 1;
    }
}

// Killing wakes those that wait; they unwind over the next turns, and what they begin meanwhile is killed in its turn.
// Their sockets and timers must go on working, hence no poll() of a fixed number of turns.
void Loop::end_greenlets() {
    auto work = boost::asio::make_work_guard(context_);
    auto report_at = util::Clock::now() + stuck_report_interval;
    while (greenlets_ > 0 || first_ready_) {
        for (Worker* worker = first_greenlet_; worker; worker = worker->next_) {
            if (!worker->killed()) worker->kill();
        }
        context_.restart();
        try {
            context_.run_one_until(report_at);
        } catch (...) {
            util::log_escaped("greenlet", "handler");
        }
        if (util::Clock::now() >= report_at) {
            report_stuck_greenlets();
            report_at += stuck_report_interval;
        }
    }
}

void Loop::report_stuck_greenlets() {
    for_each_greenlet([](const Worker& worker) {
        const char* what = worker.wait() ? worker.wait()->what() : "nothing";
        log(LogLevel::warning, "greenlet",
            "the loop cannot end yet: greenlet " + worker.label() + " still waits for " + what);
    });
}

void Loop::end_parked_workers() {
    while (Worker* worker = parked_) {
        parked_ = worker->next_;
        --parked_count_;
        worker->resume();  // without a job: it ends
    }
    // A coroutine that never suspended ends by way of a post.
    while (workers_ > 0) {
        context_.restart();
        context_.run_one();
    }
}

// --- turns -------------------------------------------------------------------------------------------------------

// One at a time, in memory of its own: what is ready must not be lost for want of any.
void Loop::schedule_turn() noexcept {
    if (turn_scheduled_ || in_turn_) return;
    turn_scheduled_ = true;
    boost::asio::post(context_, turn_slot_.handler([this] {
        turn_scheduled_ = false;
        turn();
    }));
}

void Loop::turn() {
    in_turn_ = true;
    if (alarm_->missed()) alarm_->catch_up();
    for (std::size_t done = 0; done < work_per_turn && (first_ready_ || !jobs_.empty());) {
        jobs_.swap(jobs_spare_);
        done += jobs_spare_.size();
        run_jobs(jobs_spare_);
        done += run_ready();
    }
    deferred_.swap(deferred_spare_);
    run_jobs(deferred_spare_);
    in_turn_ = false;
    if (first_ready_ || !jobs_.empty() || !deferred_.empty() || alarm_->missed()) {
        schedule_turn();
    } else if (options_.detect_deadlock && timers_.empty()) {
        alarm_->hasten();
    }
}

// What is made ready meanwhile waits for the next round.
std::size_t Loop::run_ready() {
    if (!first_ready_) return 0;
    std::size_t done = 0;
    detail::Runnable* const last = last_ready_;
    for (bool more = true; more; ++done) {
        detail::Runnable* item = first_ready_;
        more = item != last;
        first_ready_ = item->next_ready;
        if (!first_ready_) last_ready_ = nullptr;
        item->run_ready();  // the item may be gone afterwards
    }
    return done;
}

void Loop::run_jobs(std::vector<Job>& jobs) noexcept {
    for (Job& job : jobs) {
        try {
            job();
            job = nullptr;
        } catch (...) {
            util::log_escaped("greenlet", "posted job");
        }
    }
    jobs.clear();
    if (jobs.capacity() > kept_batch) jobs.shrink_to_fit();
}

void Loop::make_ready(detail::Runnable& item) noexcept {
    item.next_ready = nullptr;
    (last_ready_ ? last_ready_->next_ready : first_ready_) = &item;
    last_ready_ = &item;
    schedule_turn();
}

void Loop::post(Job job) {
    if (current_loop == this) {
        jobs_.push_back(std::move(job));
        schedule_turn();
        return;
    }
    // The lock covers Asio's part too: the job may be the last thing that keeps the loop from ending.
    const std::lock_guard lock(inbox_mutex_);
    inbox_.push_back(std::move(job));
    if (inbox_.size() != 1) return;
    try {
        boost::asio::post(context_, [this] { take_inbox(); });
    } catch (...) {
        job = std::move(inbox_.back());  // ends behind the lock: it may post something itself
        inbox_.clear();                  // the next one is to try again
        throw;
    }
}

void Loop::take_inbox() {
    {
        const std::lock_guard lock(inbox_mutex_);
        inbox_.swap(inbox_spare_);
    }
    in_turn_ = true;
    run_jobs(inbox_spare_);
    turn();
}

void Loop::defer(Job job) {
    deferred_.push_back(std::move(job));
    schedule_turn();
}

DelayedJob* Loop::post_after(util::Clock::duration delay, Job job) {
    if (stopping_) return nullptr;
    return new DelayedJob(*this, delay, std::move(job));  // in the loop's list from now on
}

void Loop::cancel(DelayedJob& job) noexcept { job.cancel(); }

// Destroying a job may post another: again until there is nothing.
void Loop::destroy_jobs() noexcept {
    for (;;) {
        std::vector<Job> doomed = std::move(jobs_);
        jobs_.clear();
        for (Job& job : deferred_) doomed.push_back(std::move(job));
        deferred_.clear();
        {
            const std::lock_guard lock(inbox_mutex_);
            for (Job& job : inbox_) doomed.push_back(std::move(job));
            inbox_.clear();
        }
        if (doomed.empty() && !delayed_) return;
        while (delayed_) delete delayed_;
    }
}

// --- greenlets ---------------------------------------------------------------------------------------------------

void Loop::enter(Job job) {
    assert(current_loop == this && "enter() belongs to the loop's thread");
    if (Worker* worker = parked_) {
        parked_ = worker->next_;
        --parked_count_;
        worker->begin(std::move(job));
    } else {
        Worker::start(*this, std::move(job));
    }
}

void Loop::for_each_greenlet(const std::function<void(const Worker&)>& visit) const {
    for (const Worker* worker = first_greenlet_; worker; worker = worker->next_) visit(*worker);
}

void Loop::greenlet_begins(Worker& worker) noexcept {
    worker.previous_ = nullptr;
    worker.next_ = first_greenlet_;
    if (first_greenlet_) first_greenlet_->previous_ = &worker;
    first_greenlet_ = &worker;
    ++greenlets_;
}

void Loop::greenlet_ends(Worker& worker) noexcept {
    (worker.previous_ ? worker.previous_->next_ : first_greenlet_) = worker.next_;
    if (worker.next_) worker.next_->previous_ = worker.previous_;
    --greenlets_;
}

void Loop::greenlet_given_up(Worker& worker) noexcept {
    greenlet_ends(worker);
    --workers_;
    stacks_->keep();
}

bool Loop::park(Worker& worker) noexcept {
    if (parked_count_ >= options_.parked_workers || stopping_) return false;
    worker.next_ = parked_;
    parked_ = &worker;
    ++parked_count_;
    return true;
}

}  // namespace sio::greenlet
