#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <sio/generation.hpp>

namespace sio {

/// Sessions of one kind.
struct ClientCount {
    Generation generation{};
    /// `websocket`, `polling`, ... as it is now; empty: a 0.9 client that has not come with a transport yet.
    std::string transport;
    std::uint64_t count = 0;
};

/// How often something has happened, by its name.
struct NamedCount {
    std::string name;
    std::uint64_t count = 0;
};

/// What messages have waited before their handlers began, as the watchdog has measured it four times in each
/// WatchdogOptions::limit.
struct LoopLag {
    /// Upper bounds of the counts, inclusive; what is above all of them has a count of its own.
    static constexpr std::array<std::chrono::nanoseconds, 6> bounds = {
        std::chrono::microseconds(100), std::chrono::milliseconds(1), std::chrono::milliseconds(10),
        std::chrono::milliseconds(100), std::chrono::seconds(1),      std::chrono::seconds(10)};

    /// How many answers took so long, each in one count.
    std::array<std::uint64_t, bounds.size() + 1> counts{};
    std::chrono::nanoseconds sum{0};
};

/// What one worker does, and has done since the server started. Sums never go down while it runs.
struct WorkerStats {
    // Now.

    std::uint64_t connections = 0;  ///< open sockets of the operating system, those of pages included
    std::uint64_t sockets = 0;      ///< sessions of Socket.IO

    /// Whether the worker has answered within a second. If not, it is stuck, and the figures up to the next heading are
    /// not known: they are zero.
    bool answered = false;
    std::vector<ClientCount> clients;       ///< open sessions, those of engine_io() included
    std::uint64_t queued_bytes = 0;         ///< waiting in this process for clients to take them
    std::uint64_t largest_queue_bytes = 0;  ///< of one client
    std::uint64_t rooms = 0;                ///< that a client of this worker is in, of all namespaces
    std::uint64_t greenlets = 0;            ///< that have begun and not ended
    std::uint64_t stack_bytes = 0;          ///< of stacks in use or kept; memory is taken for pages that were touched
    std::uint64_t buffer_bytes = 0;         ///< of connections, kept for the next burst

    // Since the start.

    std::uint64_t connections_accepted = 0;
    std::uint64_t connections_refused = 0;    ///< by a limit on connections, or for want of file descriptors
    std::uint64_t connections_timed_out = 0;  ///< by a limit of HttpLimits on time, idle ones apart
    std::uint64_t tls_errors = 0;             ///< failed handshakes and records
    std::uint64_t requests = 0;               ///< of HTTP: well-formed, polls included
    std::uint64_t requests_refused = 0;       ///< malformed, or above a limit on their size
    std::array<std::uint64_t, 5> answers{};   ///< of HTTP, by class of status: 1xx (upgrades), 2xx, ... 5xx
    std::uint64_t bytes_received = 0;         ///< from sockets, TLS included
    std::uint64_t bytes_sent = 0;
    std::uint64_t messages_received = 0;  ///< packets of Socket.IO, each with all its attachments
    std::uint64_t messages_sent = 0;
    std::uint64_t packets_received = 0;  ///< of Engine.IO or 0.9: heartbeats, and attachments one by one
    std::uint64_t packets_sent = 0;
    std::uint64_t sessions_opened = 0;
    std::vector<NamedCount> sessions_closed;  ///< by disconnect reason: `ping timeout`, `slow consumer`, ...
    std::uint64_t upgrades = 0;               ///< from polling to WebSocket
    std::uint64_t volatile_drops = 0;         ///< volatile events that a client was not ready for
    std::uint64_t oldest_drops = 0;           ///< events dropped by SlowClients::drop_oldest
    std::vector<NamedCount> limits_reached;   ///< by the option: `max_sessions`, `max_rooms`, ...
    LoopLag loop_lag;                         ///< empty without a watchdog
};

/// What a server does; see SocketIOServer::stats().
struct Stats {
    /// Empty while the server does not run.
    std::vector<WorkerStats> workers;
};

}  // namespace sio
