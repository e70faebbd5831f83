#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
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

    explicit operator bool() const noexcept { return core_ != nullptr; }
    friend bool operator==(const AnyGreenlet& a, const AnyGreenlet& b) noexcept { return a.core_ == b.core_; }

    /// Blocks until the greenlet has ended, in whatever way: true; false when `limit` passed first.
    bool join(Duration limit = forever) const { return core_->join(limit); }

    /// Ends the greenlet: the blocking call that it is in, or its next one, throws GreenletExit. One that has not begun
    /// never does. With `wait`, blocks until it has ended, at most `limit` (see join()). Killing the calling greenlet throws
    /// GreenletExit at once; killing one that has ended does nothing.
    void kill(bool wait = true, Duration limit = forever) const { core_->kill(wait, limit); }

    /// Whether it has ended.
    bool ready() const { return core_->ready(); }
    /// Whether it has ended by returning.
    bool successful() const { return core_->successful(); }
    /// What it ended with: null if it runs or returned, Error(errc::killed) if it was killed.
    std::exception_ptr exception() const { return core_->exception(); }

    /// `callback` is called once when the greenlet has ended, in a greenlet of its own on the same loop. When it has
    /// ended already: on a later turn of the caller's loop, or within the call if no loop runs on this thread.
    void link(std::function<void()> callback) const { core_->link(std::move(callback)); }

    std::uint64_t id() const noexcept { return core_->id(); }
    /// For logs. Default: empty.
    std::string name() const { return core_->name(); }
    void set_name(std::string name) const { core_->set_name(std::move(name)); }

protected:
    friend struct detail::GreenletAccess;
    explicit AnyGreenlet(std::shared_ptr<detail::GreenletCore> core) noexcept : core_(std::move(core)) {}

    std::shared_ptr<detail::GreenletCore> core_;
};

/// Blocks until all have ended: true; false when `limit` passed first. With `raise_error`, throws the exception of the
/// first (in the list's order) that ended with one.
bool joinall(const std::vector<AnyGreenlet>& greenlets, Duration limit = forever, bool raise_error = false);

/// Kills all, then (with `wait`) blocks until they have ended, at most `limit`. The calling greenlet, if it is in the
/// list, comes last.
void killall(const std::vector<AnyGreenlet>& greenlets, bool wait = true, Duration limit = forever);

}  // namespace sio
