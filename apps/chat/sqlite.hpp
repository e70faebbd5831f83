#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>

struct sqlite3;
struct sqlite3_stmt;

namespace chat {

/// What SQLite refused to do. `what()` has its own words and, where one is to blame, the statement.
class SqliteError : public std::runtime_error {
public:
    SqliteError(int code, const std::string& what) : std::runtime_error(what), code_(code) {}
    /// The extended result code: `SQLITE_CONSTRAINT_FOREIGNKEY`, ...
    int code() const noexcept { return code_; }

private:
    int code_;
};

/// A size as a parameter of a statement: SQLite's integers are signed.
inline std::int64_t sql_number(std::size_t value) noexcept { return static_cast<std::int64_t>(value); }

/// One execution of a prepared statement. Resets the statement when it goes out of scope, so that it can run again.
///
///     for (auto rows = database.query("SELECT id, name FROM rooms WHERE id > ?", 7); rows.next();)
///         use(rows.integer(0), rows.text(1));
class Query {
public:
    Query(Query&& other) noexcept;
    Query& operator=(Query&&) = delete;
    ~Query();

    /// Goes to the next (at first: the first) row; false when there is none. Throws SqliteError.
    bool next();
    /// For statements that give no rows.
    void run() { next(); }

    std::int64_t integer(int column) const;
    std::string text(int column) const;
    std::optional<std::string> optional_text(int column) const;

private:
    friend class Database;
    explicit Query(sqlite3_stmt* statement) noexcept : statement_(statement) {}

    void bind(int index, std::int64_t value);
    void bind(int index, std::string_view value);
    void bind(int index, const std::optional<std::string>& value);

    sqlite3_stmt* statement_;
};

/// One connection to a SQLite file, with its prepared statements.
///
/// Threads: one at a time; the owner locks.
class Database {
public:
    /// Opens the file, creating it when it is missing. `:memory:` is a database of its own that is never written.
    /// Throws SqliteError.
    explicit Database(const std::string& path);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// Runs a script of statements without parameters.
    void execute(const std::string& script);

    /// Prepares `sql` (once: it is kept, so it must be a literal) and binds each value: integers, text, std::optional text.
    template <class... Values>
    Query query(const char* sql, const Values&... values) {
        Query made(prepare(sql));
        int index = 0;
        (made.bind(++index, values), ...);
        return made;
    }

    std::int64_t last_insert_id() const noexcept;
    /// Rows that the last INSERT, UPDATE or DELETE touched, without those removed by foreign keys.
    int changes() const noexcept;

private:
    struct CloseDatabase {
        void operator()(sqlite3* handle) const noexcept;
    };
    struct FinalizeStatement {
        void operator()(sqlite3_stmt* statement) const noexcept;
    };

    sqlite3_stmt* prepare(const char* sql);

    std::unique_ptr<sqlite3, CloseDatabase> handle_;
    std::unordered_map<std::string_view, std::unique_ptr<sqlite3_stmt, FinalizeStatement>> statements_;
};

/// Everything or nothing: rolls back unless commit() was called.
class Transaction {
public:
    explicit Transaction(Database& database);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    void commit();

private:
    Database& database_;
    bool open_ = true;
};

}  // namespace chat
