#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "session/channel.hpp"
#include "util/counter.hpp"

namespace sio::session {

/// Limits that clients run into; the names are those of the options.
enum class Limit : std::uint8_t {
    max_payload_bytes,
    max_attachments,
    max_attachment_bytes,
    max_sessions,
    connect_timeout,
    max_namespaces,
    max_rooms,
    max_pending_acks,
    max_queued_event_bytes,
    max_held_bytes,
    max_idle_sessions_per_address,
};
inline constexpr std::array<std::string_view, 11> limit_names = {"max_payload_bytes",
                                                                 "max_attachments",
                                                                 "max_attachment_bytes",
                                                                 "max_sessions",
                                                                 "connect_timeout",
                                                                 "max_namespaces",
                                                                 "max_rooms",
                                                                 "max_pending_acks",
                                                                 "max_queued_event_bytes",
                                                                 "max_held_bytes",
                                                                 "max_idle_sessions_per_address"};

/// What has happened to the sessions of one shard, and to the sockets on them.
struct Counters {
    util::Counter messages_in;  ///< packets of Socket.IO, each with all its attachments
    util::Counter messages_out;
    util::Counter packets_in;  ///< of Engine.IO or 0.9: heartbeats, and attachments one by one
    util::Counter packets_out;
    util::Counter opened;
    std::array<util::Counter, close_reason_count> closed;
    util::Counter upgrades;  ///< from polling to WebSocket, completed
    util::Counter volatile_drops;
    util::Counter oldest_drops;
    std::array<util::Counter, limit_names.size()> limits;
    util::Counter sockets;  ///< of Socket.IO, open now

    void count_close(CloseReason reason) noexcept { closed[static_cast<std::size_t>(reason)].add(); }
    void reached(Limit limit) noexcept { limits[static_cast<std::size_t>(limit)].add(); }
};

}  // namespace sio::session
