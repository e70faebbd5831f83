#pragma once

namespace sio {

namespace greenlet {
class Worker;
}

/// While it lives, nothing from outside interrupts the blocking calls of the current greenlet: neither kill() nor a TimeoutScope
/// that began before. What comes meanwhile takes effect at the greenlet's first blocking call afterwards. For steps that must be
/// completed, and for destructors that block: C++ ends the process when one throws.
///
///     ~Upload() {
///         const sio::Shield shield;
///         connection_.send("abort");
///     }
///
/// A call's own limit (`join(2s)`) ends it as ever, and so does a TimeoutScope that begins within the shield: give one to whatever
/// may take long, or the greenlet cannot be killed until then. Shields nest. One belongs to the greenlet that made it; outside
/// greenlets it does nothing.
///
/// While an exception unwinds the stack, the same holds without a shield. A destructor that blocks
/// needs one all the same, since it runs at the ordinary end of a block as well. gevent has nothing of the kind: Python's
/// `finally` may raise.
class Shield {
public:
    Shield() noexcept;
    ~Shield();
    Shield(const Shield&) = delete;
    Shield& operator=(const Shield&) = delete;

private:
    greenlet::Worker* worker_;
};

}  // namespace sio
