#pragma once

#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <sio/detail/pool_purpose.hpp>
#include <sio/detail/runnable.hpp>
#include <sio/thread_options.hpp>

#include "greenlet/handler_slot.hpp"
#include "greenlet/sanitizer.hpp"
#include "util/timer_wheel.hpp"
#include "util/unique_function.hpp"

namespace sio::greenlet {

class Alarm;
class DelayedJob;
class StackArena;
class ThreadPool;
class Wait;
class Worker;

struct LoopOptions {
    /// Bytes of each greenlet's stack, rounded up to whole pages: 16 KiB to 1 GiB, default 256 KiB. Under sanitizers, whose frames
    /// are larger, it is four times as much. Only pages that were touched take memory.
    std::size_t stack_bytes = 256 * 1024;
    /// What the user calls that option, in the text of errors: a literal.
    const char* stack_option = "LoopOptions::stack_bytes";
    /// Ended greenlets whose coroutine is kept for the next one. Default: 64 (under AddressSanitizer none, so that it
    /// sees when the stack of an ended greenlet is used). 0: none.
    std::size_t parked_workers = sanitizer::address ? 0 : 64;
    /// Further free stacks that keep their memory. Default: 64. 0: none.
    std::size_t hot_stacks = 64;
    /// Where offload() runs things; must outlive the loop. Null: a pool of the loop's own, made when first used. Other work that
    /// blocks has pools of the loop's own in any case.
    ThreadPool* pool = nullptr;
    /// Threads of the loop's own pools.
    ThreadOptions threads{};
    /// Say on standard error which greenlet overflowed its stack (a SIGSEGV handler, see overflow_report.hpp).
    bool report_stack_overflow = true;
    /// run() ends when greenlets wait and nothing can wake them: no timer, no operation of Asio, no job, and no other thread
    /// in the process but idle ones of thread pools; see Loop::deadlock(). Found after some 100 ms. Default: off, a loop
    /// without work waits for other threads.
    bool detect_deadlock = false;
    /// now() stands still while anything is ready, and moves on to the next timer when nothing is: a test of timeouts does not
    /// wait, and a slow machine changes nothing. For loops without sockets and other threads, whose work does not count as ready.
    bool virtual_time = false;
};

/// Throws std::invalid_argument, whose text names the option, when there is a kind of threads of which there are to be none, or
/// more than 1024. `where`: what the options are part of.
void check_threads(const ThreadOptions& threads, const char* where);
/// Throws std::invalid_argument, whose text names the option, when stacks cannot be as large, or as small, as that.
void check_stack_bytes(std::size_t bytes, const char* option);

/// One thread's event loop and the greenlets that live on it: a shard.
///
/// A turn is what happens between two looks at the sockets: the handlers that are ready, then jobs that were posted and
/// greenlets that were woken, with those that they post and wake in turn (a few rounds of it), then what was deferred to
/// the turn's end.
/// Threads: what is not said to be callable from any belongs to the thread that is in run().
class Loop {
public:
    using Job = util::UniqueFunction<void()>;
    using Executor = boost::asio::io_context::executor_type;

    /// Throws what check_stack_bytes() and check_threads() throw.
    explicit Loop(const LoopOptions& options);
    Loop();
    /// Not while run() is on. Jobs that were posted and never ran are destroyed.
    ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    /// The loop that runs on this thread, or null.
    static Loop* current() noexcept;

    boost::asio::io_context& context() noexcept { return context_; }
    Executor executor() noexcept { return context_.get_executor(); }

    /// Runs until stop(); then kills every greenlet, runs until the last has ended, and destroys jobs that have not run.
    /// A stop() before run() makes it return so at once. May be called again afterwards.
    /// What a handler or a job throws is logged.
    void run();
    /// Any thread; also from a signal handler's thread, but not from the handler itself.
    void stop();
    /// stop() was called, and greenlets are being ended: new ones are not started any more.
    bool stopping() const noexcept { return stopping_; }
    /// Who waited for what when run() ended because of a deadlock, a line each; empty when it ended otherwise.
    const std::string& deadlock() const noexcept { return deadlock_; }

    /// Runs `job` on this loop's thread, when the caller is done (at the earliest in the next round of this turn), in the
    /// order of the calls from one thread. Any thread; many posts from others between two turns wake the loop once.
    void post(Job job);
    /// Runs `job` at the end of this turn, behind all handlers, greenlets and jobs that are ready now.
    void defer(Job job);
    /// Runs `job` after `delay`. When the loop stops first, the job is destroyed. Returns what cancel() takes until the job has run or
    /// been destroyed; null when the loop is stopping, and the job destroyed.
    DelayedJob* post_after(util::Clock::duration delay, Job job);
    /// Destroys a job of post_after() that has not run.
    void cancel(DelayedJob& job) noexcept;

    /// Runs `job` in a greenlet (a parked worker coroutine) at once; returns when it ends or first suspends.
    /// An exception out of `job` is logged. No allocation when a worker is parked and `job` is small. Also from within a
    /// greenlet. Throws what a lack of stacks throws; see StackArena::allocate().
    void enter(Job job);

    /// The time that this loop's timers go by.
    util::Clock::time_point now() const { return timers_.now(); }
    /// Timers of this loop: 1 ms resolution. See util/timer_wheel.hpp.
    util::TimerWheel& timers() noexcept { return timers_; }

    /// The threads for blocking work of that kind.
    ThreadPool& pool(detail::PoolPurpose purpose = detail::PoolPurpose::offload);

    /// Greenlets that have begun and not ended.
    std::size_t greenlets() const noexcept { return greenlets_; }
    /// Coroutines, the parked ones included.
    std::size_t workers() const noexcept { return workers_; }
    /// Calls `visit(const Worker&)` for each greenlet that has begun and not ended, for diagnostics.
    void for_each_greenlet(const std::function<void(const Worker&)>& visit) const;

    // For the greenlet layer itself.

    /// Whether greenlets or jobs are to run on this turn or the next.
    bool busy() const noexcept { return in_turn_ || turn_scheduled_; }

    /// Runs `item` on this turn or the next, in order. This loop's thread.
    void make_ready(detail::Runnable& item) noexcept;
    StackArena& stacks() noexcept { return *stacks_; }

private:
    friend class Worker;
    friend class Alarm;
    friend class DelayedJob;

    class Running;

    // Jobs and woken greenlets, in whole rounds, before the sockets get their turn again: some 25 us of switches.
    static constexpr std::size_t work_per_turn = 256;

    void schedule_turn() noexcept;
    void turn();
    std::size_t run_ready();
    void run_jobs(std::vector<Job>& jobs) noexcept;
    void take_inbox();
    void run_handlers();
    std::size_t run_handlers_for(util::Clock::duration time);
    void run_until_deadlock();
    void describe_deadlock();
    void end_greenlets();
    void end_parked_workers();
    void destroy_jobs() noexcept;
    void report_stuck_greenlets();

    // Workers tell what they do.
    void greenlet_begins(Worker& worker) noexcept;
    void greenlet_ends(Worker& worker) noexcept;
    void greenlet_given_up(Worker& worker) noexcept;
    bool park(Worker& worker) noexcept;

    const LoopOptions options_;
    HandlerSlot turn_slot_;
    std::unique_ptr<StackArena> stacks_;  // outlives the coroutines that the context may hold
    boost::asio::io_context context_;
    util::TimerWheel timers_;
    std::unique_ptr<Alarm> alarm_;

    std::atomic<bool> stop_requested_{false};
    bool stopping_ = false;
    std::string deadlock_;

    // This turn's work. Vectors are swapped with their spare, so that neither allocates for long.
    bool turn_scheduled_ = false;
    bool in_turn_ = false;
    detail::Runnable* first_ready_ = nullptr;
    detail::Runnable* last_ready_ = nullptr;
    std::vector<Job> jobs_, jobs_spare_;
    std::vector<Job> deferred_, deferred_spare_;
    DelayedJob* delayed_ = nullptr;

    // From other threads.
    std::mutex inbox_mutex_;
    std::vector<Job> inbox_;
    std::vector<Job> inbox_spare_;  // only this loop's thread

    // Running greenlets (a list in both directions) and parked workers (a stack).
    Worker* first_greenlet_ = nullptr;
    Worker* parked_ = nullptr;
    std::size_t greenlets_ = 0;
    std::size_t parked_count_ = 0;
    std::size_t workers_ = 0;

    std::array<std::unique_ptr<ThreadPool>, detail::pool_purposes> own_pools_;  // their threads end first
};

}  // namespace sio::greenlet
