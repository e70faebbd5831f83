#pragma once

namespace chat {

class Database;

/// Brings the database to this program's schema: creates it in an empty file, and applies what is missing to an older one,
/// each step in a transaction. The version is SQLite's `user_version`.
/// Throws std::runtime_error for a file of a newer version, or of another program.
void migrate(Database& database);

}  // namespace chat
