#pragma once

#include <csignal>
#include <initializer_list>
#include <memory>
#include <optional>

#include <sio/detail/wait_queue.hpp>

namespace sio {

/// Signals of the process as something that a greenlet waits for, in place of what they did before.
///
///     sio::Signals signals({SIGINT, SIGTERM});
///     signals.wait();
///
/// Signals that come before wait() are kept, each kind at least once. The set's end restores what was there before.
/// Threads: belongs to the loop on which it is made, and must end before that loop does.
/// Errors: std::system_error for what is no signal; wait() throws what blocking calls throw. gevent:
/// `gevent.signal_handler`.
class Signals {
public:
    explicit Signals(std::initializer_list<int> signals);
    ~Signals();
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    /// Blocks until one of the signals comes: which; nothing when `limit` passed first.
    std::optional<int> wait(Duration limit = forever);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace sio
