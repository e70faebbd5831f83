// The administration's half of Store.

#include "store.hpp"

namespace chat {

Store::Counts Store::counts() {
    const std::scoped_lock lock(mutex_);
    auto row = database_.query(
        "SELECT (SELECT count(*) FROM rooms), (SELECT count(*) FROM users), (SELECT count(*) FROM messages)");
    row.next();
    return {row.integer(0), row.integer(1), row.integer(2)};
}

std::vector<Store::RoomRow> Store::list_rooms(std::size_t offset, std::size_t limit) {
    const std::scoped_lock lock(mutex_);
    std::vector<RoomRow> rows;
    for (auto row =
             database_.query("SELECT id, slug, name, created_at, (SELECT count(*) FROM messages WHERE room = rooms.id)"
                             " FROM rooms ORDER BY id DESC LIMIT ? OFFSET ?",
                             sql_number(limit), sql_number(offset));
         row.next();) {
        rows.push_back({{row.integer(0), row.text(1), row.text(2)}, row.integer(3), row.integer(4)});
    }
    return rows;
}

std::vector<Store::UserRow> Store::list_users(std::size_t offset, std::size_t limit) {
    const std::scoped_lock lock(mutex_);
    std::vector<UserRow> rows;
    for (auto row = database_.query("SELECT id, nickname, first_seen, last_seen,"
                                    " (SELECT count(*) FROM messages WHERE user = users.id)"
                                    " FROM users ORDER BY last_seen DESC, id DESC LIMIT ? OFFSET ?",
                                    sql_number(limit), sql_number(offset));
         row.next();) {
        rows.push_back({row.integer(0), row.text(1), row.integer(2), row.integer(3), row.integer(4)});
    }
    return rows;
}

std::vector<Store::MessageRow> Store::list_messages(std::size_t offset, std::size_t limit) {
    const std::scoped_lock lock(mutex_);
    std::vector<MessageRow> rows;
    for (auto row = database_.query("SELECT messages.id, rooms.id, slug, name, nickname, text, at"
                                    " FROM messages JOIN rooms ON rooms.id = messages.room"
                                    " ORDER BY messages.id DESC LIMIT ? OFFSET ?",
                                    sql_number(limit), sql_number(offset));
         row.next();) {
        rows.push_back(
            {row.integer(0), {row.integer(1), row.text(2), row.text(3)}, row.text(4), row.text(5), row.integer(6)});
    }
    return rows;
}

std::optional<Room> Store::remove_room(std::int64_t id) {
    const std::scoped_lock lock(mutex_);
    auto row = database_.query("DELETE FROM rooms WHERE id = ? RETURNING id, slug, name", id);
    if (!row.next()) return std::nullopt;
    return Room{row.integer(0), row.text(1), row.text(2)};
}

bool Store::remove_user(std::int64_t id) {
    const std::scoped_lock lock(mutex_);
    database_.query("DELETE FROM users WHERE id = ?", id).run();
    return database_.changes() > 0;
}

std::optional<Room> Store::remove_message(std::int64_t id) {
    const std::scoped_lock lock(mutex_);
    Transaction transaction(database_);
    std::optional<Room> room;
    {
        auto row = database_.query(
            "SELECT rooms.id, slug, name FROM messages JOIN rooms ON rooms.id = room WHERE messages.id = ?", id);
        if (row.next()) room = Room{row.integer(0), row.text(1), row.text(2)};
    }
    database_.query("DELETE FROM messages WHERE id = ?", id).run();
    transaction.commit();
    return room;
}

}  // namespace chat
