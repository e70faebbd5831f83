#include "migrations.hpp"

#include <cstdint>
#include <iterator>
#include <stdexcept>
#include <string>

#include "sqlite.hpp"

namespace chat {
namespace {

// "sioc": SQLite's application_id, by which file(1) and we ourselves know the file.
constexpr std::int64_t application_id = 0x73696f63;

// One entry for each version. Never change one that was released: add another.
//
// AUTOINCREMENT: an id is never given twice, so that a page that asks for what came after a message since removed gets
// no stranger's message under its id.
constexpr const char* steps[] = {
    R"(
    CREATE TABLE settings (
        name TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE rooms (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        slug TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        skeleton TEXT NOT NULL UNIQUE,
        created_at INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE users (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        visitor TEXT NOT NULL,
        nickname TEXT NOT NULL,
        skeleton TEXT NOT NULL,
        first_seen INTEGER NOT NULL,
        last_seen INTEGER NOT NULL,
        UNIQUE (visitor, skeleton)
    ) STRICT;

    CREATE TABLE messages (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        room INTEGER NOT NULL REFERENCES rooms ON DELETE CASCADE,
        user INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
        nickname TEXT NOT NULL,
        text TEXT NOT NULL,
        at INTEGER NOT NULL,
        client_id TEXT,
        UNIQUE (user, client_id)
    ) STRICT;

    CREATE INDEX messages_of_room ON messages (room, id);
    )",
};
constexpr auto newest = static_cast<std::int64_t>(std::size(steps));

std::int64_t read_number(Database& database, const char* pragma) {
    auto row = database.query(pragma);
    row.next();
    return row.integer(0);
}

}  // namespace

void migrate(Database& database) {
    const auto version = read_number(database, "PRAGMA user_version");
    const auto owner = read_number(database, "PRAGMA application_id");
    const auto tables = read_number(database, "SELECT count(*) FROM sqlite_schema");
    if (owner != application_id && (owner != 0 || tables != 0)) {
        throw std::runtime_error("the database file belongs to another program");
    }
    if (version > newest) {
        throw std::runtime_error("the database has schema version " + std::to_string(version) +
                                 ", made by a newer chat; this one knows up to " + std::to_string(newest));
    }
    for (auto next = version; next < newest; ++next) {
        Transaction transaction(database);
        database.execute(steps[next]);
        database.execute("PRAGMA application_id = " + std::to_string(application_id));
        database.execute("PRAGMA user_version = " + std::to_string(next + 1));
        transaction.commit();
    }
}

}  // namespace chat
