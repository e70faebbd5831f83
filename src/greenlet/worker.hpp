#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>

#include <sio/detail/wait.hpp>

#include "greenlet/task_label.hpp"
#include "util/unique_function.hpp"

namespace sio::detail {
class GreenletCore;
class LocalValues;
}  // namespace sio::detail

namespace sio::greenlet {

class Loop;
class TimeoutLink;

/// A coroutine made by asio::spawn that runs one greenlet after another, parked in between.
///
/// Resuming a parked one costs 37 ns, a spawn of its own for each greenlet 150 to 170. A Worker lives on its coroutine's
/// stack. Threads: its loop's only.
class Worker {
public:
    using Job = util::UniqueFunction<void()>;

    /// The greenlet that runs on this thread, or null.
    static Worker* current() noexcept;
    /// The same; throws Error(errc::not_in_greenlet) that names `call` when there is none.
    static Worker& require_current(const char* call);

    /// Starts a coroutine on `loop` (whose thread this is) that runs `job` at once.
    static void start(Loop& loop, Job job);

    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    Loop& loop() const noexcept { return loop_; }
    /// A number that no other greenlet of the process has or had.
    static std::uint64_t new_id() noexcept;
    std::uint64_t id() const noexcept { return id_; }
    std::string_view name() const noexcept { return name_; }
    /// Id and name, for logs.
    std::string label() const;
    void set_name(std::string name);
    /// What it does, on the thread's board while it runs; null: nothing that has a name.
    const TaskLabel* task() const noexcept { return task_; }
    void set_task(const TaskLabel* label) noexcept {
        task_ = label;
        if (board_) board_->show(label);
    }

    /// What handles of the greenlet refer to; null for a handler or a job, unless somebody asked for its handle.
    detail::GreenletCore* core() const noexcept { return core_; }
    void set_core(detail::GreenletCore* core, std::uint64_t id) noexcept {
        core_ = core;
        id_ = id;
    }
    /// Tells `core` when the greenlet ends.
    void adopt(std::shared_ptr<detail::GreenletCore> core) noexcept { adopted_ = std::move(core); }

    /// The greenlet's own values of sio::Local; made when first used.
    detail::LocalValues& locals();

    /// What the greenlet waits for; null while it runs.
    const Wait* wait() const noexcept { return wait_; }

    /// Suspends the greenlet (the current one) until somebody resumes it.
    void block(Wait& wait) noexcept;
    /// Continues the greenlet, from where the caller is; returns when it ends or suspends again.
    void resume() noexcept;

    /// Marks the greenlet as killed and interrupts what it waits for: from now on every blocking call that it makes
    /// throws GreenletExit, except those made while an exception unwinds its stack, which would end the process.
    void kill() noexcept;
    /// The same with an exception of the caller's, which is thrown once: a greenlet that catches it goes on. Null: kill().
    void kill(std::exception_ptr exception) noexcept;
    bool killed() const noexcept { return killed_; }
    /// Interrupts the wait, if there is one, because the limit of `link` has passed.
    void time_is_up(const TimeoutLink& link) noexcept;

    /// Whether a blocking call is to throw rather than to begin.
    bool interrupted() const noexcept { return (killed_ || thrown_in_ || timeouts_) && is_due(); }
    /// Throws what interrupted() is about: GreenletExit, or the Timeout of the outermost scope that has run out.
    [[noreturn]] void throw_interruption();
    void throw_if_interrupted() {
        if (interrupted()) throw_interruption();
    }

    /// While shields are raised, nothing from before interrupts the greenlet: what comes meanwhile takes effect afterwards. Time
    /// limits that begin behind a shield end there as well, and work as ever.
    void raise_shield() noexcept { ++shields_; }
    void lower_shield() noexcept { --shields_; }
    /// How many shields are raised, and exceptions unwind the stack, around what runs now. What is thrown must be caught within
    /// the innermost of them.
    int depth() const noexcept { return shields_ + std::uncaught_exceptions(); }

    /// The innermost time limit that is in force.
    TimeoutLink* timeouts() const noexcept { return timeouts_; }
    void set_timeouts(TimeoutLink* innermost) noexcept { timeouts_ = innermost; }

private:
    friend class Loop;
    class Coroutine;

    // How often a greenlet may swallow GreenletExit until it is given up.
    static constexpr unsigned max_swallowed_exits = 100;

    Worker(Loop& loop, const void* yield, Job job) noexcept;
    ~Worker();

    void main();
    void run_job();
    void interrupt_wait(int depth) noexcept;
    bool is_due() const noexcept;
    TimeoutLink* due_timeout() const noexcept;
    void forget_greenlet(std::exception_ptr exception, bool killed) noexcept;
    void suspend() noexcept;
    /// What `worker` does; null: none runs.
    static void show(TaskBoard* board, const Worker* worker) noexcept {
        if (board) board->show(worker ? worker->task_ : nullptr);
    }
    void begin(Job&& job) noexcept;
    [[noreturn]] void give_up();

    Loop& loop_;
    TaskBoard* const board_ = TaskBoard::current();
    const void* yield_;  // the coroutine's asio::basic_yield_context
    Job job_;
    std::uint64_t id_ = 0;
    std::string name_;
    const TaskLabel* task_ = nullptr;
    TaskLabel* name_label_ = nullptr;  // of the board; what set_name() shows
    detail::GreenletCore* core_ = nullptr;
    std::shared_ptr<detail::GreenletCore> adopted_;
    std::unique_ptr<detail::LocalValues> locals_;
    Wait* wait_ = nullptr;
    TimeoutLink* timeouts_ = nullptr;
    std::exception_ptr thrown_in_;  // by kill()
    bool killed_ = false;
    int wait_depth_ = 0;  // depth() of the present wait
    int shields_ = 0;
    unsigned swallowed_exits_ = 0;
    // The loop's lists: running greenlets, or parked workers.
    Worker* previous_ = nullptr;
    Worker* next_ = nullptr;
    // Asio's handler that continues the coroutine, while it is suspended.
    alignas(void*) std::byte handler_[2 * sizeof(void*)];
};

}  // namespace sio::greenlet
