#pragma once

#include <sio/stats.hpp>

#include "server/shard.hpp"

namespace sio::server {

/// Writes what the counters say. Any thread, while the shard lives.
void read_counters(const Shard& shard, WorkerStats& stats);

/// Writes what has to be looked for: walks all sessions. On the shard's thread.
void take_census(Shard& shard, WorkerStats& stats);

/// Both, for all shards, which must not go meanwhile. Waits for the census of each, at most a second: as greenlets do when
/// called in one of a shard's, and blocking the thread when called on none of theirs. On a shard's thread, but in no
/// greenlet, only that shard answers.
std::vector<WorkerStats> gather_stats(const Shard::All& shards);

}  // namespace sio::server
