#include "greenlet/worker.hpp"

#include <atomic>
#include <boost/asio/spawn.hpp>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <utility>

#include <sio/detail/greenlet_core.hpp>
#include <sio/detail/local_values.hpp>
#include <sio/error.hpp>
#include <sio/greenlet_exit.hpp>
#include <sio/log.hpp>

#include "greenlet/exception_state.hpp"
#include "greenlet/fast_thread_local.hpp"
#include "greenlet/loop.hpp"
#include "greenlet/stack_arena.hpp"
#include "greenlet/timeout_link.hpp"
#include "util/exception_text.hpp"

namespace sio::greenlet {

namespace {

SIO_FAST_THREAD_LOCAL Worker* current_worker = nullptr;

// Boost.Context's view of a StackArena. The tops of neighbouring stacks are moved apart by a few cache lines, since
// stacks that all begin at one offset within a page compete for the same sets of the cache (measured: 20 against 8 ns a
// switch between a thousand greenlets).
class ColouredStacks {
public:
    explicit ColouredStacks(StackArena& arena) noexcept : arena_(&arena) {}

    boost::context::stack_context allocate() {
        char* stack = arena_->allocate();
        boost::context::stack_context context;
        context.size = arena_->stack_bytes() - colour(stack);
        context.sp = stack + context.size;
        return context;
    }
    void deallocate(boost::context::stack_context& context) noexcept {
        arena_->deallocate(static_cast<char*>(context.sp) - context.size);
    }

private:
    static constexpr std::size_t colours = 16;
    static constexpr std::size_t colour_bytes = 192;

    std::size_t colour(const char* stack) const noexcept {
        return reinterpret_cast<std::uintptr_t>(stack) / arena_->slot_bytes() % colours * colour_bytes;
    }

    StackArena* arena_;
};

// An interruption was swallowed: gives the loop a turn before the next one, so that others run and a timer can pass.
class TurnWait final : public Wait {
public:
    using Wait::Wait;
    void interrupt() noexcept override {}
};

}  // namespace

/// What needs Asio's types: kept out of the header, which much includes.
class Worker::Coroutine {
public:
    using Yield = boost::asio::basic_yield_context<Loop::Executor>;
    using Handler = boost::asio::async_result<Yield, void()>::handler_type;

    static void start(Loop& loop, Job job) {
        boost::asio::spawn(
            loop.executor(), std::allocator_arg, ColouredStacks(loop.stacks()),
            [&loop, job = std::move(job)](Yield yield) mutable {
                Worker worker(loop, &yield, std::move(job));
                worker.main();
            },
            // The last that runs on the stack. main() lets nothing out, and with asio::detached an error would vanish.
            [&loop](const std::exception_ptr& error) {
                --loop.workers_;
                if (error) std::rethrow_exception(error);
            });
    }

    static void suspend(Worker& worker) {
        static_assert(sizeof(Handler) <= sizeof worker.handler_ && alignof(Handler) <= alignof(void*));
        boost::asio::async_initiate<const Yield&, void()>(
            [&worker](Handler handler) { ::new (static_cast<void*>(worker.handler_)) Handler(std::move(handler)); },
            *static_cast<const Yield*>(worker.yield_));
    }

    static void resume(Worker& worker) {
        auto* stored = std::launder(reinterpret_cast<Handler*>(worker.handler_));
        Handler handler(std::move(*stored));
        stored->~Handler();
        handler();  // the worker may be gone afterwards
    }
};

void Wait::resume_soon() noexcept { worker_.loop().make_ready(*this); }
void Wait::run_ready() noexcept { worker_.resume(); }

std::uint64_t Worker::new_id() noexcept {
    // Each thread takes them from the common counter by the thousand.
    constexpr std::uint64_t block = 1024;
    static std::atomic<std::uint64_t> next_block{1};
    thread_local std::uint64_t next = 0;
    if (next % block == 0) next = next_block.fetch_add(1) * block;
    return next++;
}

Worker* Worker::current() noexcept { return current_worker; }

Worker& Worker::require_current(const char* call) {
    if (!current_worker) throw Error(errc::not_in_greenlet, call);
    return *current_worker;
}

Worker::Worker(Loop& loop, const void* yield, Job job) noexcept : loop_(loop), yield_(yield), job_(std::move(job)) {
    ++loop.workers_;
}

Worker::~Worker() = default;

void Worker::start(Loop& loop, Job job) {
    ExceptionState state;
    Worker* const outer = std::exchange(current_worker, nullptr);
    try {
        Coroutine::start(loop, std::move(job));
    } catch (...) {
        current_worker = outer;
        throw;
    }
    current_worker = outer;
    show(TaskBoard::current(), outer);
}

void Worker::main() {
    current_worker = this;
    show(board_, this);
    do {
        run_job();
        if (!loop_.park(*this)) break;
        suspend();
    } while (job_);
}

void Worker::begin(Job&& job) noexcept {
    job_ = std::move(job);
    resume();
}

void Worker::run_job() {
    id_ = new_id();
    loop_.greenlet_begins(*this);
    std::exception_ptr exception;
    bool killed = false;
    try {
        job_();
    } catch (const GreenletExit&) {
        killed = true;  // the way in which a killed greenlet ends
    } catch (...) {
        exception = std::current_exception();
        log(LogLevel::error, "greenlet", "greenlet " + label() + ": " + util::exception_text(exception));
    }
    job_ = nullptr;  // what it captured ends here, on the greenlet's stack
    if (adopted_ || locals_ || thrown_in_) forget_greenlet(std::move(exception), killed);
    loop_.greenlet_ends(*this);
    name_.clear();
    task_ = nullptr;
    if (TaskLabel* const label = std::exchange(name_label_, nullptr)) board_->give_back(*label);
    core_ = nullptr;
    killed_ = false;
    swallowed_exits_ = 0;
}

void Worker::set_name(std::string name) {
    name_ = std::move(name);
    if (!board_) return;
    const std::string text = "greenlet \"" + name_ + '"';
    if (name_label_) {
        name_label_->set(text);
    } else {
        name_label_ = &board_->take_label(text);
    }
    task_ = name_label_;
    if (current_worker == this) board_->show(task_);
}

void Worker::forget_greenlet(std::exception_ptr exception, bool killed) noexcept {
    locals_.reset();
    thrown_in_ = nullptr;
    if (const auto adopted = std::exchange(adopted_, nullptr)) adopted->finish(std::move(exception), killed);
}

detail::LocalValues& Worker::locals() {
    if (!locals_) locals_ = std::make_unique<detail::LocalValues>();
    return *locals_;
}

std::string Worker::label() const {
    std::string text = std::to_string(id_);
    if (!name_.empty()) text += " \"" + name_ + '"';
    return text;
}

// Nothing is thrown into a suspended greenlet. ~io_context would (boost::context::detail::forced_unwind), through frames
// that do not expect it; hence noexcept, and hence a loop that ends its greenlets before it ends.
void Worker::suspend() noexcept {
    ExceptionState state;
    Coroutine::suspend(*this);
}

void Worker::resume() noexcept {
    ExceptionState state;
    Worker* const outer = std::exchange(current_worker, this);
    TaskBoard* const board = board_;  // this worker may be gone when the call returns
    show(board, this);
    Coroutine::resume(*this);
    current_worker = outer;
    show(board, outer);
}

void Worker::block(Wait& wait) noexcept {
    wait_ = &wait;
    wait_depth_ = depth();
    suspend();
    wait_ = nullptr;
}

void Worker::kill() noexcept {
    killed_ = true;
    interrupt_wait(0);
}

void Worker::kill(std::exception_ptr exception) noexcept {
    if (!exception) return kill();
    thrown_in_ = std::move(exception);
    interrupt_wait(0);
}

void Worker::time_is_up(const TimeoutLink& link) noexcept { interrupt_wait(link.depth()); }

// By what is caught at `depth`.
void Worker::interrupt_wait(int depth) noexcept {
    if (wait_ && wait_depth_ <= depth) wait_->interrupt();
}

// The outermost that has passed and may be thrown now.
TimeoutLink* Worker::due_timeout() const noexcept {
    const int here = depth();
    TimeoutLink* due = nullptr;
    for (TimeoutLink* link = timeouts_; link && link->depth() >= here; link = link->outer()) {
        if (link->pending()) due = link;
    }
    return due;
}

bool Worker::is_due() const noexcept {
    if ((killed_ || thrown_in_) && depth() == 0) return true;
    return timeouts_ && due_timeout();
}

void Worker::throw_interruption() {
    TimeoutLink* const timeout = due_timeout();
    // A greenlet that kills itself does so behind a shield as well.
    const bool first = depth() == 0 || !timeout;
    if (killed_ && first) {
        if (swallowed_exits_++ > 0) {
            // A loop round a `catch (...)` must not keep the thread to itself.
            TurnWait turn(*this, "killed");
            turn.resume_soon();
            block(turn);
        }
        if (swallowed_exits_ > max_swallowed_exits) give_up();
        throw GreenletExit();
    }
    if (thrown_in_ && first) std::rethrow_exception(std::exchange(thrown_in_, nullptr));
    timeout->throw_timeout();
}

// Its destructors do not run, and its stack is never used again: that is safe, if not tidy, and others go on.
void Worker::give_up() {
    log(LogLevel::error, "greenlet",
        "greenlet " + label() + " was killed, but catches GreenletExit again and again: given up");
    if (core_) core_->finish(nullptr, true);
    adopted_ = nullptr;
    loop_.greenlet_given_up(*this);
    for (;;) suspend();
}

}  // namespace sio::greenlet
