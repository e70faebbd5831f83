#pragma once

#include <chrono>
#include <cstddef>

namespace sio {

/// Limits and timing of the Socket.IO side of a connection. Each limit keeps one client from using up the server.
struct SocketOptions {
    /// How long a connection may be without any namespace, after its beginning: until recv_connect() has let the client into
    /// one. It is then closed with `forced server close`. As the reference server's connectTimeout. At least 1 ms.
    /// Only for protocol 5: older clients are connected to `/` by the server.
    std::chrono::milliseconds connect_timeout{45'000};
    /// How long call() waits for the client's acknowledgement. At least 1 ms; `std::chrono::milliseconds::max()`: for ever.
    std::chrono::milliseconds call_timeout{20'000};
    /// Namespaces that one client may be connected to at once; one more is refused with `connect_error`. One that it has left
    /// counts as long as handlers still run for it, recv_connect() and recv_disconnect() included. At least 1.
    std::size_t max_namespaces = 64;
    /// Rooms that one client may be in, per namespace; join() beyond throws Error(errc::limit_exceeded).
    std::size_t max_rooms = 10'000;
    /// Acknowledgements that may be outstanding from one client, per namespace; an emit() with a callback beyond throws
    /// Error(errc::limit_exceeded).
    std::size_t max_pending_acks = 1'000;
    /// Bytes of events that may wait for the handlers of one client, in all its namespaces, with what it costs to keep them.
    /// Reading from the client then pauses until half of them are done: it waits, and loses nothing. Acknowledgements, which
    /// pass waiting events, would stand behind them: while a call() waits for one, twice as much may wait. A client that is
    /// not being read is not missed by its heartbeat. Default: 4 MiB. At least 1.
    std::size_t max_queued_event_bytes = 4 * 1024 * 1024;
    /// The same for all clients of a worker together. Beyond, those who have more than their share of it pause. Default:
    /// 256 MiB. At least 1.
    std::size_t max_total_event_bytes = 256 * 1024 * 1024;
    /// Bytes of packets kept for a client whose recv_connect() has not returned, with what it costs to keep them; beyond, the
    /// connection is closed. Clients that are sent the same share it. Default: 1 MiB.
    std::size_t max_held_bytes = 1024 * 1024;
    /// Brackets within brackets that arguments may hold; deeper ones close the connection with `parse error`. 1 to 128: stacks of greenlets are small.
    std::size_t max_json_depth = 64;
    /// Whether clients are told the text of exceptions that handlers throw. Off: they get `Internal error`. The log has
    /// the text either way.
    bool expose_error_messages = false;
    /// Whether an event that failed (unknown, denied, bad arguments, an exception) is acknowledged with
    /// `{"error":name,"message":text}`, if it asked for an acknowledgement: emitWithAck() would wait for ever otherwise. The event
    /// `error` then names the event and its id in a third argument, `{"event":name,"id":number}`.
    bool ack_errors = false;
};

}  // namespace sio
