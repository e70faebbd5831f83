#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "session/counters.hpp"
#include "session/session_quota.hpp"

namespace sio::session {

/// Which of a server's shards one is, and what the sessions of an endpoint on all of them have in common.
struct ShardPlace {
    /// More would not fit into the first character of an id.
    static constexpr std::size_t max_count = 64;

    std::size_t index = 0;
    std::size_t count = 1;
    /// Counts the sessions on all of the shards.
    std::shared_ptr<SessionQuota> quota = std::make_shared<SessionQuota>();

    /// What happens to the sessions of all endpoints on this shard.
    std::shared_ptr<Counters> counters = std::make_shared<Counters>();

    /// A new unguessable id of a session on this shard: 20 characters with 120 random bits or, when there are several
    /// shards, 114 behind a first character that tells which it is.
    std::string make_session_id() const;
};

/// The shard of `count` that made the id. Nothing when none can have made it.
std::optional<std::size_t> shard_of_session(std::string_view sid, std::size_t count) noexcept;

}  // namespace sio::session
