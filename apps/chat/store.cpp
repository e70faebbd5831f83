#include "store.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <limits>

#include "digest.hpp"
#include "migrations.hpp"
#include "text.hpp"

namespace chat {
namespace {

Room room_of(const Query& row, int first_column) {
    return {row.integer(first_column), row.text(first_column + 1), row.text(first_column + 2)};
}

}  // namespace

Millis now_millis() {
    const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(since_1970).count();
}

Store::Store(const std::string& path) : database_(path) {
    // WAL: what was committed survives the process, and readers of the file (backups) do not stop the chat. With it,
    // NORMAL loses nothing but the very last messages when the machine itself goes down.
    database_.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON");
    migrate(database_);
}

std::string Store::setting(std::string_view name, const std::function<std::string()>& make) {
    const std::scoped_lock lock(mutex_);
    {
        auto row = database_.query("SELECT value FROM settings WHERE name = ?", name);
        if (row.next()) return row.text(0);
    }
    const auto value = make();
    database_.query("INSERT INTO settings (name, value) VALUES (?, ?)", name, std::string_view(value)).run();
    return value;
}

void Store::set_setting(std::string_view name, std::string_view value) {
    const std::scoped_lock lock(mutex_);
    database_
        .query(
            "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            name, value)
        .run();
}

std::vector<RoomSummary> Store::rooms() {
    const std::scoped_lock lock(mutex_);
    std::vector<RoomSummary> all;
    for (auto row =
             database_.query("SELECT id, slug, name, (SELECT at FROM messages WHERE room = rooms.id ORDER BY id DESC"
                             " LIMIT 1) FROM rooms ORDER BY skeleton");
         row.next();) {
        auto& summary = all.emplace_back();
        summary.room = room_of(row, 0);
        if (const auto at = row.integer(3); at != 0) summary.last_at = at;
    }
    return all;
}

std::optional<Room> Store::find_room(std::string_view slug) {
    const std::scoped_lock lock(mutex_);
    auto row = database_.query("SELECT id, slug, name FROM rooms WHERE slug = ?", slug);
    if (!row.next()) return std::nullopt;
    return room_of(row, 0);
}

Store::CreatedRoom Store::create_room(std::string_view name) {
    const std::scoped_lock lock(mutex_);
    Transaction transaction(database_);
    const auto look = skeleton(name);
    {
        auto row = database_.query("SELECT id, slug, name FROM rooms WHERE skeleton = ?", std::string_view(look));
        if (row.next()) return {room_of(row, 0), false};
    }
    const auto slug = free_slug(name);
    database_
        .query("INSERT INTO rooms (slug, name, skeleton, created_at) VALUES (?, ?, ?, ?)", std::string_view(slug), name,
               std::string_view(look), now_millis())
        .run();
    const Room room{database_.last_insert_id(), slug, std::string(name)};
    transaction.commit();
    return {room, true};
}

// Two names may have the same slug ("C" and "C++"): the later room gets a number.
std::string Store::free_slug(std::string_view name) {
    const auto base = slugify(name);
    auto slug = base;
    for (int number = 2; database_.query("SELECT 1 FROM rooms WHERE slug = ?", std::string_view(slug)).next();
         ++number) {
        slug = base + "-" + std::to_string(number);
    }
    return slug;
}

std::int64_t Store::sign_in(std::string_view visitor, std::string_view nickname) {
    const std::scoped_lock lock(mutex_);
    auto row = database_.query(
        "INSERT INTO users (visitor, nickname, skeleton, first_seen, last_seen) VALUES (?1, ?2, ?3, ?4, ?4)"
        " ON CONFLICT (visitor, skeleton) DO UPDATE SET nickname = ?2, last_seen = ?4 RETURNING id",
        std::string_view(sha256_hex(visitor)), nickname, std::string_view(skeleton(nickname)), now_millis());
    row.next();
    return row.integer(0);
}

void Store::touch_user(std::int64_t user) {
    const std::scoped_lock lock(mutex_);
    database_.query("UPDATE users SET last_seen = ? WHERE id = ?", now_millis(), user).run();
}

std::optional<Store::StoredMessage> Store::add_message(std::int64_t room, std::int64_t user, std::string_view nickname,
                                                       std::string_view text,
                                                       const std::optional<std::string>& client_id) {
    const std::scoped_lock lock(mutex_);
    if (client_id) {
        auto row = database_.query("SELECT id, nickname, text, at FROM messages WHERE user = ? AND client_id = ?", user,
                                   std::string_view(*client_id));
        if (row.next()) {
            return StoredMessage{{row.integer(0), user, row.text(1), row.text(2), row.integer(3), client_id}, false};
        }
    }
    const auto at = now_millis();
    try {
        database_
            .query("INSERT INTO messages (room, user, nickname, text, at, client_id) VALUES (?, ?, ?, ?, ?, ?)", room,
                   user, nickname, text, at, client_id)
            .run();
    } catch (const SqliteError& error) {
        if (error.code() == SQLITE_CONSTRAINT_FOREIGNKEY) return std::nullopt;
        throw;
    }
    return StoredMessage{{database_.last_insert_id(), user, std::string(nickname), std::string(text), at, client_id},
                         true};
}

History Store::history(std::int64_t room, const HistoryQuery& query, std::int64_t reader, std::size_t limit) {
    const std::scoped_lock lock(mutex_);
    // One more than asked for tells whether there are more.
    auto row = query.after
                   ? database_.query(
                         "SELECT id, user, nickname, text, at, client_id FROM messages"
                         " WHERE room = ? AND id > ? ORDER BY id LIMIT ?",
                         room, *query.after, sql_number(limit + 1))
                   : database_.query(
                         "SELECT id, user, nickname, text, at, client_id FROM messages"
                         " WHERE room = ? AND id < ? ORDER BY id DESC LIMIT ?",
                         room, query.before.value_or(std::numeric_limits<std::int64_t>::max()), sql_number(limit + 1));
    History history;
    while (row.next()) {
        if (history.messages.size() == limit) {
            history.more = true;
            break;
        }
        auto& message = history.messages.emplace_back(
            Message{row.integer(0), row.integer(1), row.text(2), row.text(3), row.integer(4), row.optional_text(5)});
        if (message.user != reader) message.client_id.reset();
    }
    if (!query.after) std::reverse(history.messages.begin(), history.messages.end());
    return history;
}

}  // namespace chat
