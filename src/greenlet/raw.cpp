#include <sio/raw.hpp>

#include <atomic>
#include <boost/context/fiber.hpp>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>

#include <sio/detail/local_values.hpp>
#include <sio/log.hpp>

#include "greenlet/exception_state.hpp"
#include "greenlet/loop.hpp"
#include "greenlet/overflow_report.hpp"
#include "greenlet/sanitizer.hpp"
#include "greenlet/stack_arena.hpp"
#include "greenlet/worker.hpp"
#include "util/exception_text.hpp"

namespace sio::raw {

namespace {

constexpr const char* stack_option = "sio::raw::set_stack_bytes()";
constexpr std::size_t default_stack_bytes = 256 * 1024;
std::atomic<std::size_t> stack_bytes{default_stack_bytes};
constexpr std::size_t hot_stacks = 16;
// How often a greenlet may swallow GreenletExit until its stack is left as it is.
constexpr int max_swallowed_exits = 100;

class Stacks {
public:
    explicit Stacks(greenlet::StackArena& arena) noexcept : arena_(&arena) {}

    boost::context::stack_context allocate() {
        boost::context::stack_context context;
        char* stack = arena_->allocate();
        context.size = arena_->stack_bytes();
        context.sp = stack + context.size;
        return context;
    }
    void deallocate(boost::context::stack_context& context) noexcept {
        arena_->deallocate(static_cast<char*>(context.sp) - context.size);
    }

private:
    greenlet::StackArena* arena_;
};

bool is_greenlet_exit(const std::exception_ptr& exception) noexcept {
    try {
        std::rethrow_exception(exception);
    } catch (const GreenletExit&) {
        return true;
    } catch (...) {
        return false;
    }
}

}  // namespace

/// The tree of greenlets of one thread or of one sio greenlet. Its members refer to it by `shared_ptr`; it ends them when
/// the thread or the sio greenlet ends.
class Tree {
public:
    Tree(std::size_t bytes, const char* option);
    static std::shared_ptr<Tree>& of_this_stack();

    /// Ends every greenlet that is suspended: nobody is there to switch to them any more.
    void end() noexcept;

    greenlet::StackArena stacks;
    std::shared_ptr<Fiber> root;
    Greenlet current;
    std::shared_ptr<Fiber> left;  // who switched, until the other side has noted where it stopped
    Fiber* first_active = nullptr;
};

class Fiber : public std::enable_shared_from_this<Fiber> {
public:
    enum class State { created, active, dead };

    explicit Fiber(std::shared_ptr<Tree> its_tree) noexcept : tree(its_tree.get()), kept_tree_(std::move(its_tree)) {}
    explicit Fiber(Tree& its_tree) noexcept : state(State::active), tree(&its_tree) {}
    ~Fiber() {
        if (!link_) return;
        end();
    }
    Fiber(const Fiber&) = delete;
    Fiber& operator=(const Fiber&) = delete;

    std::any switch_to(std::any value, std::exception_ptr exception);
    /// Throws GreenletExit into a suspended greenlet until it has ended.
    void end() noexcept;

    State state = State::created;
    Tree* tree;
    Greenlet parent;
    std::function<std::any(std::any)> function;

private:
    friend class Tree;

    static void arrive(Tree& tree, boost::context::fiber&& from) noexcept;
    void begin();
    boost::context::fiber main(boost::context::fiber&& from);
    void go(Tree& its_tree);
    void link_active() noexcept;
    void unlink_active() noexcept;

    std::shared_ptr<Tree> kept_tree_;  // the root has none: the tree has it
    boost::context::fiber context_;    // where it goes on, while it is suspended
    std::any passed_;
    std::exception_ptr thrown_;
    // Who throws GreenletExit into it, and goes on instead of its parent. Owns nobody who is being destroyed.
    std::shared_ptr<Fiber> ending_to_;
    bool link_ = false;
    Fiber* previous_ = nullptr;
    Fiber* next_ = nullptr;
};

// --- trees -------------------------------------------------------------------------------------------------------

Tree::Tree(std::size_t bytes, const char* option)
    : stacks(bytes, hot_stacks, option), root(std::make_shared<Fiber>(*this)), current(Greenlet(root)) {}

std::shared_ptr<Tree>& Tree::of_this_stack() {
    struct Holder final : detail::LocalValues::Value {
        Holder(std::size_t bytes, const char* option) : tree(std::make_shared<Tree>(bytes, option)) {}
        ~Holder() override { tree->end(); }
        std::shared_ptr<Tree> tree;
    };
    auto* worker = greenlet::Worker::current();
    if (!worker) {
#ifdef BOOST_USE_UCONTEXT
        // Boost's record of this thread's fibers must outlive those that the holder ends: made before, it goes afterwards.
        static_cast<void>(boost::context::detail::fiber_activation_record::current());
#endif
        // No loop may have done that for this thread.
        thread_local greenlet::OverflowReport report;
        static_cast<void>(report);
        thread_local Holder of_this_thread(stack_bytes * greenlet::sanitizer::frame_factor, stack_option);
        return of_this_thread.tree;
    }
    static const std::uint64_t key = detail::new_local_key();
    auto& locals = worker->locals();
    auto* holder = locals.find(key);
    if (!holder) {
        const greenlet::StackArena& loops = worker->loop().stacks();
        holder = &locals.insert(key, std::make_unique<Holder>(loops.stack_bytes(), loops.option()));
    }
    return static_cast<Holder*>(holder)->tree;
}

void Tree::end() noexcept {
    while (first_active) {
        const auto kept = first_active->weak_from_this().lock();
        first_active->end();
    }
}

// --- switching ---------------------------------------------------------------------------------------------------

// Whoever switches cannot note where it stops: the other side does that for it.
void Fiber::arrive(Tree& tree, boost::context::fiber&& from) noexcept { tree.left->context_ = std::move(from); }

void Fiber::begin() {
    context_ = boost::context::fiber(std::allocator_arg, Stacks(tree->stacks),
                                     [this](boost::context::fiber&& from) { return main(std::move(from)); });
    state = State::active;
    link_active();
}

// Nothing on this stack may own the greenlet that it leaves or goes to: two that switch to each other would keep each other.
void Fiber::go(Tree& its_tree) {
    its_tree.left = std::exchange(its_tree.current.fiber_, shared_from_this());
    {
        greenlet::ExceptionState state_of_exceptions;
        auto from = std::move(context_).resume();
        arrive(its_tree, std::move(from));
    }
    // May be its last reference, and end it.
    const auto gone = std::exchange(its_tree.left, nullptr);
}

std::any Fiber::switch_to(std::any value, std::exception_ptr exception) {
    Tree& here = *Tree::of_this_stack();
    if (tree != &here) throw std::logic_error("raw::Greenlet: it belongs to another thread or sio greenlet");
    Fiber* target = this;
    if (exception && target->state == State::created) {
        target->state = State::dead;
        target->function = nullptr;
        if (is_greenlet_exit(exception)) exception = nullptr;
    }
    while (target->state == State::dead) target = target->parent.fiber_.get();
    Fiber* const self = here.current.fiber_.get();
    if (target != self) {
        if (target->state == State::created) target->begin();
        target->passed_ = std::move(value);
        target->thrown_ = std::move(exception);
        target->go(here);
    } else {
        self->passed_ = std::move(value);
        self->thrown_ = std::move(exception);
    }
    if (self->thrown_) std::rethrow_exception(std::exchange(self->thrown_, nullptr));
    return std::exchange(self->passed_, {});
}

boost::context::fiber Fiber::main(boost::context::fiber&& from) {
    Tree& its_tree = *tree;
    arrive(its_tree, std::move(from));
    its_tree.left = nullptr;
    std::any result;
    std::exception_ptr exception;
    try {
        if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
        result = function(std::exchange(passed_, {}));
    } catch (const GreenletExit&) {
        // The way in which one ends that nobody wants any more.
    } catch (...) {
        exception = std::current_exception();
    }
    function = nullptr;
    state = State::dead;
    unlink_active();
    std::shared_ptr<Fiber> next = std::exchange(ending_to_, nullptr);
    if (next) {
        if (exception) log(LogLevel::error, "greenlet", "raw greenlet: " + util::exception_text(exception));
    } else {
        next = parent.fiber_;
        while (next->state == State::dead) next = next->parent.fiber_;
        next->passed_ = std::exchange(result, {});
        next->thrown_ = std::exchange(exception, nullptr);
    }
    result.reset();
    exception = nullptr;
    // The last reference to this may be `current`; it goes to `left`, which whoever goes on releases.
    auto context = std::move(next->context_);
    its_tree.left = std::exchange(its_tree.current.fiber_, std::move(next));
    return context;
}

void Fiber::end() noexcept {
    Tree& its_tree = *tree;
    // The caller's own exchange with others goes on afterwards as if nothing had been.
    const auto self = its_tree.current.fiber_;
    const auto left = std::exchange(its_tree.left, nullptr);
    for (int i = 0; link_ && i < max_swallowed_exits; ++i) {
        thrown_ = std::make_exception_ptr(GreenletExit());
        ending_to_ = self;
        auto passed = std::exchange(self->passed_, {});
        auto thrown = std::exchange(self->thrown_, nullptr);
        // Not go(): nobody may own what is being destroyed.
        its_tree.left = self;
        its_tree.current.fiber_ = std::shared_ptr<Fiber>(std::shared_ptr<void>(), this);
        {
            greenlet::ExceptionState state_of_exceptions;
            auto from = std::move(context_).resume();
            arrive(its_tree, std::move(from));
        }
        its_tree.left = nullptr;
        self->passed_ = std::move(passed);
        self->thrown_ = std::move(thrown);
    }
    its_tree.left = left;
    if (!link_) return;
    log(LogLevel::error, "greenlet", "a raw greenlet catches GreenletExit again and again: given up");
    unlink_active();
    state = State::dead;
    its_tree.stacks.keep();
    // Its destructor would unwind the stack once more: never destroyed.
    static auto& mutex = *new std::mutex;
    static auto& given_up = *new std::deque<boost::context::fiber>;
    const std::lock_guard lock(mutex);
    given_up.push_back(std::move(context_));
}

void Fiber::link_active() noexcept {
    link_ = true;
    previous_ = nullptr;
    next_ = tree->first_active;
    if (next_) next_->previous_ = this;
    tree->first_active = this;
}

void Fiber::unlink_active() noexcept {
    (previous_ ? previous_->next_ : tree->first_active) = next_;
    if (next_) next_->previous_ = previous_;
    link_ = false;
}

// --- handles -----------------------------------------------------------------------------------------------------

void set_stack_bytes(std::size_t bytes) {
    greenlet::check_stack_bytes(bytes, stack_option);
    stack_bytes = bytes;
}

const Greenlet& current() { return Tree::of_this_stack()->current; }

Greenlet::Greenlet(const Greenlet& parent, std::function<std::any(std::any)> function)
    : fiber_(std::make_shared<Fiber>(Tree::of_this_stack())) {
    fiber_->parent = parent;
    fiber_->function = std::move(function);
    if (parent.fiber_->tree != fiber_->tree) throw std::logic_error("raw::Greenlet: the parent belongs elsewhere");
}

std::any Greenlet::switch_(std::any value) const { return fiber_->switch_to(std::move(value), nullptr); }

std::any Greenlet::throw_(std::exception_ptr exception) const { return fiber_->switch_to({}, std::move(exception)); }

bool Greenlet::active() const noexcept { return fiber_->state == Fiber::State::active; }

bool Greenlet::dead() const noexcept { return fiber_->state == Fiber::State::dead; }

const Greenlet& Greenlet::parent() const { return fiber_->parent; }

}  // namespace sio::raw
