#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <sio/detail/runnable.hpp>
#include <sio/detail/wait_queue.hpp>

namespace sio::greenlet {
class Loop;
class Worker;
}  // namespace sio::greenlet

namespace sio {

/// What link() returns, for unlink(): one of a greenlet's links. The default value stands for none: the greenlet had ended.
enum class LinkId : std::uint64_t {};

}  // namespace sio

namespace sio::detail {

/// What a greenlet is apart from its result's type: when it runs, how it ended, who wants to know. AnyGreenlet says what the
/// members do.
///
/// Held by its handles, and by itself from the start to the end. Threads: every member from any, except where it says so.
class GreenletCore : public std::enable_shared_from_this<GreenletCore>, private Runnable {
public:
    using Link = std::function<void()>;

    virtual ~GreenletCore();
    GreenletCore(const GreenletCore&) = delete;
    GreenletCore& operator=(const GreenletCore&) = delete;

    /// Queues the greenlet on the loop of this thread: it begins on a later turn. Does nothing when it was started already.
    /// Throws Error(errc::not_in_greenlet) when no loop runs.
    void start();
    /// The same, after `delay`. A greenlet whose loop ends first counts as killed.
    void start_later(Duration delay);

    bool join(Duration limit = forever);
    void kill(bool wait = true, Duration limit = forever) { kill(std::exception_ptr(), wait, limit); }
    /// With a null exception: GreenletExit.
    void kill(std::exception_ptr exception, bool wait = true, Duration limit = forever);
    bool started() const;
    bool ready() const;
    bool successful() const;
    /// Null when it has not ended, or has ended well.
    std::exception_ptr exception() const;
    /// The same for callbacks of rawlink(): does not count as asking for it.
    const std::exception_ptr& peek_exception() const noexcept { return exception_; }
    LinkId link(Link link);
    LinkId rawlink(Link link);
    /// False when there is none of that id (any more).
    bool unlink(LinkId id);
    /// How many there are.
    std::size_t links() const;

    std::uint64_t id() const noexcept { return id_; }
    std::string name() const;
    void set_name(std::string name);

    /// The greenlet that `worker` runs: its core, or one that is made for it, if it runs a handler or a job.
    static std::shared_ptr<GreenletCore> of(greenlet::Worker& worker);

protected:
    GreenletCore();

    /// Runs the greenlet's function and keeps its result.
    virtual void call() = 0;
    /// The function is not needed any more: what it captured ends.
    virtual void discard() noexcept = 0;

private:
    friend class greenlet::Worker;
    class Starter;
    class Adopted;

    enum class State { created, queued, running, ended };
    struct LinkEntry {
        Link link;
        bool in_greenlet;
        std::uint64_t number;
    };

    void run_ready() noexcept override;
    void execute();
    void finish(std::exception_ptr exception, bool killed) noexcept;
    void kill_on_loop(std::exception_ptr exception) noexcept;
    void enqueue();
    LinkId add_link(Link&& link, bool in_greenlet);

    const std::uint64_t id_;
    mutable WaitQueue ended_;        // its lock guards the rest, down to self_
    mutable bool observed_ = false;  // somebody has asked how it ended
    State state_ = State::created;
    bool delayed_ = false;  // start_later() was called
    bool killed_ = false;
    std::string name_;
    std::exception_ptr exception_;
    std::vector<LinkEntry> links_;
    std::uint64_t last_link_ = 0;
    greenlet::Loop* loop_ = nullptr;      // from the start on; may be gone once it has ended
    greenlet::Worker* worker_ = nullptr;  // while it runs
    std::shared_ptr<GreenletCore> self_;  // while it is in the loop's queue
};

}  // namespace sio::detail
