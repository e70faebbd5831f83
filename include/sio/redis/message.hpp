#pragma once

#include <cstdint>
#include <string>

namespace sio::redis {

/// What a Subscriber receives: a message, or a notice that messages are missing.
struct Message {
    enum class Kind : std::uint8_t {
        message,          // of a channel that was subscribed to
        pattern_message,  // of a channel that a pattern fits
        shard_message,    // of a shard channel
        /// The connection was lost and is there again: what was published meanwhile is missing.
        reconnected,
        /// The oldest messages of those that waited to be received were dropped: `dropped` of them.
        overflow,
    };

    Kind kind = Kind::message;
    /// Empty for notices.
    std::string channel = {};
    /// Of a pattern_message.
    std::string pattern = {};
    /// What was published: any bytes.
    std::string data = {};
    std::uint64_t dropped = 0;

    /// Whether messages are missing before this.
    bool is_gap() const noexcept { return kind == Kind::reconnected || kind == Kind::overflow; }
};

}  // namespace sio::redis
