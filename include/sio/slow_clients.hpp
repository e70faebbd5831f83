#pragma once

#include <cstdint>

namespace sio {

/// What becomes of a client that does not read what is sent to it, once EngineOptions::max_queued_bytes wait for it.
/// Whatever the policy, the memory that waits for one client is bounded, and others never wait for it.
///
/// Volatile events go first, long before: they are dropped as soon as a client has more than 64 KiB, or no poll, waiting.
enum class SlowClients : std::uint8_t {
    /// It is disconnected with the reason `slow consumer`. The default: a client that connects anew is up to date again.
    disconnect,
    /// The oldest events that wait are dropped, until an eighth of the limit is free. Whole ones, with all their
    /// attachments; and never an event that asks for an acknowledgement, nor acknowledgements, connects, disconnects and
    /// heartbeats, which keep their order. A client for which nothing else waits any more is disconnected. For values of
    /// which only the latest count.
    drop_oldest,
    /// emit(), send(), call() and the acknowledgement that a handler returns wait while more than half of the limit is
    /// queued, until less than a quarter is: the greenlet blocks, as one of gevent's does that writes to a socket. What
    /// cannot wait is queued: broadcasts, volatile events, and what is emitted outside of a greenlet. If that reaches the
    /// limit, the client is disconnected as above. A client that does not read at all holds such a greenlet until its
    /// heartbeat is missing.
    pause,
};

}  // namespace sio
