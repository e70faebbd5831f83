#pragma once

#include <sio/detail/wait_queue.hpp>

namespace sio {

/// A flag that greenlets wait for. gevent: `gevent.event.Event`.
///
/// Threads: every member from any; wait() in a greenlet of any loop. Must outlive those that wait.
class Event {
public:
    /// Raises the flag and wakes all that wait.
    void set();
    /// Lowers it: wait() blocks again.
    void clear();
    bool is_set() const;

    /// Blocks until the flag is raised: true; false when `limit` passed first. Does not suspend when it is raised
    /// already (then also outside a greenlet). One that was woken by set() returns true even if the flag has been
    /// lowered since. Throws Error(errc::not_in_greenlet), GreenletExit, and the Timeout of a TimeoutScope.
    bool wait(Duration limit = forever);

private:
    mutable detail::WaitQueue waiting_;
    bool set_ = false;
};

}  // namespace sio
