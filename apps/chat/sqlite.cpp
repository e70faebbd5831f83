#include "sqlite.hpp"

#include <sqlite3.h>

#include <utility>

namespace chat {
namespace {

[[noreturn]] void fail(sqlite3* handle, const std::string& doing) {
    throw SqliteError(sqlite3_extended_errcode(handle), doing + ": " + sqlite3_errmsg(handle));
}

void check_bind(sqlite3_stmt* statement, int result) {
    if (result != SQLITE_OK) fail(sqlite3_db_handle(statement), sqlite3_sql(statement));
}

}  // namespace

Query::Query(Query&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}

Query::~Query() {
    if (!statement_) return;
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
}

bool Query::next() {
    switch (sqlite3_step(statement_)) {
        case SQLITE_ROW: return true;
        case SQLITE_DONE: return false;
        default: fail(sqlite3_db_handle(statement_), sqlite3_sql(statement_));
    }
}

std::int64_t Query::integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::string Query::text(int column) const {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return bytes ? std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)))
                 : std::string();
}

std::optional<std::string> Query::optional_text(int column) const {
    if (sqlite3_column_type(statement_, column) == SQLITE_NULL) return std::nullopt;
    return text(column);
}

void Query::bind(int index, std::int64_t value) {
    check_bind(statement_, sqlite3_bind_int64(statement_, index, value));
}

void Query::bind(int index, std::string_view value) {
    // Copied by SQLite: the caller's text may be gone before the statement runs.
    check_bind(statement_, sqlite3_bind_text64(statement_, index, value.data() ? value.data() : "", value.size(),
                                               SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Query::bind(int index, const std::optional<std::string>& value) {
    if (value) {
        bind(index, std::string_view(*value));
    } else {
        check_bind(statement_, sqlite3_bind_null(statement_, index));
    }
}

Database::Database(const std::string& path) {
    sqlite3* handle = nullptr;
    // NOMUTEX: whoever owns the connection locks anyway.
    const auto flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const auto result = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
    handle_.reset(handle);  // SQLite hands out a handle to be closed even when it fails
    if (result != SQLITE_OK) {
        throw SqliteError(result, "cannot open the database " + path + ": " +
                                      (handle ? sqlite3_errmsg(handle) : sqlite3_errstr(result)));
    }
    sqlite3_busy_timeout(handle, 5'000);
}

Database::~Database() = default;

void Database::execute(const std::string& script) {
    if (sqlite3_exec(handle_.get(), script.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
        fail(handle_.get(), script);
}

std::int64_t Database::last_insert_id() const noexcept { return sqlite3_last_insert_rowid(handle_.get()); }

int Database::changes() const noexcept { return sqlite3_changes(handle_.get()); }

sqlite3_stmt* Database::prepare(const char* sql) {
    auto& kept = statements_[sql];
    if (!kept) {
        sqlite3_stmt* made = nullptr;
        if (sqlite3_prepare_v3(handle_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &made, nullptr) != SQLITE_OK) {
            statements_.erase(sql);
            fail(handle_.get(), sql);
        }
        kept.reset(made);
    }
    return kept.get();
}

void Database::CloseDatabase::operator()(sqlite3* handle) const noexcept { sqlite3_close_v2(handle); }

void Database::FinalizeStatement::operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }

// IMMEDIATE: the write lock is taken now, not in the middle, where waiting for another process could deadlock.
Transaction::Transaction(Database& database) : database_(database) { database_.query("BEGIN IMMEDIATE").run(); }

Transaction::~Transaction() {
    if (!open_) return;
    try {
        database_.query("ROLLBACK").run();
    } catch (const SqliteError&) {
        // SQLite has rolled back by itself (disk full, ...); the error that led here is on its way.
    }
}

void Transaction::commit() {
    database_.query("COMMIT").run();
    open_ = false;
}

}  // namespace chat
