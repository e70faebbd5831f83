#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>

namespace sio {

/// A worker that has not turned for some time: something keeps its thread to itself, and all of its clients wait.
struct Stall {
    /// As SocketIOServer::current_worker() counts them.
    std::size_t worker = 0;
    /// How long so far; in all, when it is over.
    std::chrono::milliseconds duration{0};
    /// False when it is noticed, true when the worker turns again.
    bool over = false;
    /// What it was doing when it was noticed: `/chat "user message"`, `GET /report`, the name of a greenlet. Empty when
    /// that is not known: a greenlet without a name, or a callback. Paths of requests come from clients.
    std::string task;
};

/// Whether and how long handlers may keep a worker to themselves without being reported.
///
/// A handler that blocks its greenlet (`sleep`, `call`, `offload`) keeps nobody waiting, and is not meant: one that computes
/// for seconds, or calls something that blocks the thread, is. Watching takes one thread, which wakes each worker four times
/// in `limit`; handlers pay for it with one pointer store each.
struct WatchdogOptions {
    /// Default: 1 s. At least 4 ms; zero: nobody watches, and SocketIOServer::stats() knows no loop lag.
    std::chrono::milliseconds limit{1000};
    /// Called on the watchdog's thread for each report, beside the warning in the log. Must not throw or block.
    std::function<void(const Stall&)> on_stall;
};

}  // namespace sio
