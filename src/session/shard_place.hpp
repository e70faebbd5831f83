#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "session/counters.hpp"

namespace sio::session {

/// One of the sessions that an endpoint may have at once: taken when a handshake begins, given back with release() or the
/// object's end.
class SessionSlot {
public:
    SessionSlot() = default;
    /// Empty when `limit` are taken already. 0: no limit.
    SessionSlot(std::shared_ptr<std::atomic<std::size_t>> taken, std::size_t limit) noexcept {
        if (taken->fetch_add(1) >= limit && limit != 0) {
            --*taken;
        } else {
            taken_ = std::move(taken);
        }
    }
    SessionSlot(SessionSlot&&) noexcept = default;
    SessionSlot& operator=(SessionSlot&&) = delete;
    ~SessionSlot() { release(); }

    explicit operator bool() const noexcept { return taken_ != nullptr; }
    void release() noexcept {
        if (const auto taken = std::exchange(taken_, nullptr)) --*taken;
    }

private:
    std::shared_ptr<std::atomic<std::size_t>> taken_;
};

/// Which of a server's shards one is, and what the sessions of an endpoint on all of them have in common.
struct ShardPlace {
    /// More would not fit into the first character of an id.
    static constexpr std::size_t max_count = 64;

    std::size_t index = 0;
    std::size_t count = 1;
    /// Sessions that are open, or being opened, on any of the shards.
    std::shared_ptr<std::atomic<std::size_t>> open_sessions = std::make_shared<std::atomic<std::size_t>>(0);

    /// What happens to the sessions of all endpoints on this shard.
    std::shared_ptr<Counters> counters = std::make_shared<Counters>();

    /// A new unguessable id of a session on this shard: 20 characters with 120 random bits or, when there are several
    /// shards, 114 behind a first character that tells which it is.
    std::string make_session_id() const;
};

/// The shard of `count` that made the id. Nothing when none can have made it.
std::optional<std::size_t> shard_of_session(std::string_view sid, std::size_t count) noexcept;

}  // namespace sio::session
