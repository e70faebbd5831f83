#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sio/describe.hpp>

#include "model.hpp"

// What travels between the pages and ChatNamespace, as JSON objects with these members. docs/guides/chat.md has the
// events.

namespace chat {

BOOST_DESCRIBE_STRUCT(Message, (), (id, user, nickname, text, at, client_id))
BOOST_DESCRIBE_STRUCT(History, (), (messages, more))
BOOST_DESCRIBE_STRUCT(HistoryQuery, (), (after, before))

/// The `auth` of a page: what identifies the browser and the tab. Clients of 0.9 have none.
struct Credentials {
    std::optional<std::string> visitor;
    std::optional<std::string> tab;
};
BOOST_DESCRIBE_STRUCT(Credentials, (), (visitor, tab))

/// A room in the list of rooms.
struct RoomState {
    std::string slug;
    std::string name;
    std::vector<std::string> online;
    std::optional<Millis> last_at;
};
BOOST_DESCRIBE_STRUCT(RoomState, (), (slug, name, online, last_at))

/// The third argument of `msg_to_room`, after nickname and text.
struct About {
    std::int64_t id = 0;
    std::int64_t user = 0;
    Millis at = 0;
};
BOOST_DESCRIBE_STRUCT(About, (), (id, user, at))

/// The second argument of `announcement`, after its text: which names occur in it, in their order.
struct Announcement {
    std::vector<std::string> names;
    Millis at = 0;
};
BOOST_DESCRIBE_STRUCT(Announcement, (), (names, at))

/// Why a message was not taken.
struct Failure {
    /// `no_room`, `no_nickname`, `empty`, `too_long`, `slow_down`, `bad_id`.
    std::string code;
    /// For the person who wrote it.
    std::string message;
    /// With `slow_down`: when to try again.
    std::optional<std::int64_t> retry_after_ms;
};
BOOST_DESCRIBE_STRUCT(Failure, (), (code, message, retry_after_ms))

}  // namespace chat
