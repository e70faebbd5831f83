#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace chat {

/// Milliseconds since 1970, as JavaScript counts.
using Millis = std::int64_t;

Millis now_millis();

struct Room {
    std::int64_t id = 0;
    /// The room in its address: `/room/<slug>`.
    std::string slug;
    std::string name;
};

/// A room with what the page of rooms shows.
struct RoomSummary {
    Room room;
    /// When the latest message was stored; nothing when there is none.
    std::optional<Millis> last_at;
};

struct Message {
    std::int64_t id = 0;
    /// Who wrote it: see Store::sign_in().
    std::int64_t user = 0;
    /// The nickname that it was written under.
    std::string nickname;
    std::string text;
    Millis at = 0;
    /// The id that the page gave it before it was stored; told to its author only.
    std::optional<std::string> client_id;
};

/// A stretch of a room's messages, oldest first.
struct History {
    std::vector<Message> messages;
    /// There are more in the direction that was asked for.
    bool more = false;
};

/// What a page of history is asked for by: messages after an id (to catch up), before one (to look back), or, with
/// neither, the latest.
struct HistoryQuery {
    std::optional<std::int64_t> after{};
    std::optional<std::int64_t> before{};
};

}  // namespace chat
