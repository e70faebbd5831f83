#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <sio/detail/greenlet_core.hpp>

namespace sio {

namespace detail {
struct GreenletAccess;
}

/// A handle of a greenlet, whatever its result. Copies refer to the same greenlet; dropping them does not end it.
///
/// Threads: every member from any; those that block, in a greenlet of any loop.
/// Errors: blocking members throw Error(errc::not_in_greenlet) outside a greenlet, GreenletExit when the calling
/// greenlet is killed meanwhile, and the Timeout of a TimeoutScope. A default-constructed handle may only be assigned to
/// and tested.
class AnyGreenlet {
public:
    AnyGreenlet() noexcept = default;
    /// A handle of an object of a class that is derived from BaseGreenlet.
    template <class Object>
    requires std::is_base_of_v<detail::GreenletCore, Object>
    AnyGreenlet(std::shared_ptr<Object> object) noexcept : core_(std::move(object)) {}

    explicit operator bool() const noexcept { return core_ != nullptr; }
    friend bool operator==(const AnyGreenlet& a, const AnyGreenlet& b) noexcept { return a.core_ == b.core_; }

    /// Blocks until the greenlet has ended, in whatever way: true; false when `limit` passed first.
    bool join(Duration limit = forever) const { return core_->join(limit); }

    /// Ends the greenlet: the blocking call that it is in, or its next one, throws GreenletExit. One that has not begun
    /// never does. With `wait`, blocks until it has ended, at most `limit` (see join()). Killing the calling greenlet throws
    /// GreenletExit at once; killing one that has ended does nothing.
    void kill(bool wait = true, Duration limit = forever) const { core_->kill(wait, limit); }
    /// The same with another exception, which is thrown once: a greenlet that catches it goes on. One that does not ends
    /// with it, as if it had thrown it itself.
    void kill(std::exception_ptr exception, bool wait = true, Duration limit = forever) const {
        core_->kill(std::move(exception), wait, limit);
    }
    template <class Exception>
    requires std::is_base_of_v<std::exception, Exception>
    void kill(Exception exception, bool wait = true, Duration limit = forever) const {
        core_->kill(std::make_exception_ptr(std::move(exception)), wait, limit);
    }

    /// Whether it was started: it is to run, runs, or has ended.
    bool started() const { return core_->started(); }
    /// Whether it has ended.
    bool ready() const { return core_->ready(); }
    /// Whether it has ended by returning.
    bool successful() const { return core_->successful(); }
    /// What it ended with: null if it runs or returned, Error(errc::killed) if it was killed.
    std::exception_ptr exception() const { return core_->exception(); }

    /// `callback` is called once when the greenlet has ended, in a greenlet of its own on the same loop. When it has
    /// ended already: on a later turn of the caller's loop, or within the call if no loop runs on this thread.
    /// Returns what unlink() takes.
    LinkId link(std::function<void()> callback) const { return core_->link(std::move(callback)); }
    /// The same with a handle of the ended greenlet as argument.
    template <class Callback>
    requires std::is_invocable_v<Callback&, const AnyGreenlet&>
    LinkId link(Callback callback) const {
        // Not a shared pointer: the greenlet owns the callback.
        return core_->link([core = std::weak_ptr(core_), callback = std::move(callback)]() mutable {
            callback(AnyGreenlet(core.lock()));
        });
    }
    /// `callback` is called where the greenlet ends, on its thread (or at once, when it has ended already). It must neither
    /// block nor throw. Cheaper than link().
    LinkId rawlink(std::function<void()> callback) const { return core_->rawlink(std::move(callback)); }
    /// Takes a link off again: true, and its callback is never called; false when it has been, is about to be, or there is none.
    bool unlink(LinkId id) const { return core_->unlink(id); }

    std::uint64_t id() const noexcept { return core_->id(); }
    /// For logs. Default: empty.
    std::string name() const { return core_->name(); }
    void set_name(std::string name) const { core_->set_name(std::move(name)); }

protected:
    friend struct detail::GreenletAccess;
    std::shared_ptr<detail::GreenletCore> core_;
};

/// A handle of the greenlet that calls; an empty one outside greenlets. The handlers of a namespace and the app of a server
/// are greenlets too.
AnyGreenlet getcurrent();

/// Blocks until all have ended: true; false when `limit` passed first. With `raise_error`, throws the exception of the
/// first (in the list's order) that ended with one, as soon as it has ended; others then go on.
bool joinall(const std::vector<AnyGreenlet>& greenlets, Duration limit = forever, bool raise_error = false);

/// Kills all, then (with `wait`) blocks until they have ended, at most `limit`. The calling greenlet, if it is in the
/// list, comes last.
void killall(const std::vector<AnyGreenlet>& greenlets, bool wait = true, Duration limit = forever);

namespace detail {

/// Any range of handles or of shared pointers to objects of subclasses.
template <class Range>
std::vector<AnyGreenlet> any_greenlets(const Range& range) {
    return std::vector<AnyGreenlet>(std::begin(range), std::end(range));
}

}  // namespace detail

template <class Range>
bool joinall(const Range& greenlets, Duration limit = forever, bool raise_error = false) {
    return joinall(detail::any_greenlets(greenlets), limit, raise_error);
}
template <class Range>
void killall(const Range& greenlets, bool wait = true, Duration limit = forever) {
    killall(detail::any_greenlets(greenlets), wait, limit);
}

}  // namespace sio
