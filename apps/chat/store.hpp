#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model.hpp"
#include "sqlite.hpp"

namespace chat {

/// Rooms, users and messages, in one SQLite file.
///
/// Every call may wait for the disk: handlers and pages make them through sio::offload(), which blocks their greenlet and
/// not the shard. Threads: any; calls take turns. Throws SqliteError for what SQLite refuses.
class Store {
public:
    /// Opens the file, creates it at the first start, and brings its schema up to date.
    /// Throws std::runtime_error that says what is wrong with it.
    explicit Store(const std::string& path);

    /// The value of that name; at the first time what `make` returns, which is then kept.
    std::string setting(std::string_view name, const std::function<std::string()>& make);
    void set_setting(std::string_view name, std::string_view value);

    // ---- rooms

    /// All of them, by name.
    std::vector<RoomSummary> rooms();
    std::optional<Room> find_room(std::string_view slug);
    struct CreatedRoom {
        Room room;
        /// False when there was one already whose name looks the same.
        bool is_new = false;
    };
    /// `name` as clean_name() gives it, not empty.
    CreatedRoom create_room(std::string_view name);

    // ---- users

    /// The id of whoever uses that nickname in that browser; made at the first time.
    /// `visitor`: what identifies the browser. It is a secret of its owner's, and stored as a hash.
    std::int64_t sign_in(std::string_view visitor, std::string_view nickname);
    void touch_user(std::int64_t user);

    // ---- messages

    struct StoredMessage {
        Message message;
        /// False when this user's message of that client id was stored before; it is then the one returned.
        bool is_new = false;
    };
    /// Nothing when the room or the user has been removed.
    std::optional<StoredMessage> add_message(std::int64_t room, std::int64_t user, std::string_view nickname,
                                             std::string_view text, const std::optional<std::string>& client_id);
    /// Up to `limit` messages. Client ids are filled in for those of `reader` alone.
    History history(std::int64_t room, const HistoryQuery& query, std::int64_t reader, std::size_t limit);

    // ---- administration

    struct Counts {
        std::int64_t rooms = 0;
        std::int64_t users = 0;
        std::int64_t messages = 0;
    };
    Counts counts();

    struct RoomRow {
        Room room;
        Millis created_at = 0;
        std::int64_t messages = 0;
    };
    struct UserRow {
        std::int64_t id = 0;
        std::string nickname;
        Millis first_seen = 0;
        Millis last_seen = 0;
        std::int64_t messages = 0;
    };
    struct MessageRow {
        std::int64_t id = 0;
        Room room;
        std::string nickname;
        std::string text;
        Millis at = 0;
    };
    /// The newest first; `offset` of them skipped.
    std::vector<RoomRow> list_rooms(std::size_t offset, std::size_t limit);
    std::vector<UserRow> list_users(std::size_t offset, std::size_t limit);
    std::vector<MessageRow> list_messages(std::size_t offset, std::size_t limit);

    /// With its messages. Returns what it was; nothing when there is none.
    std::optional<Room> remove_room(std::int64_t id);
    /// With their messages. False when there is none.
    bool remove_user(std::int64_t id);
    /// Returns the room that it was in; nothing when there is no such message.
    std::optional<Room> remove_message(std::int64_t id);

private:
    std::string free_slug(std::string_view name);

    std::mutex mutex_;
    Database database_;
};

}  // namespace chat
