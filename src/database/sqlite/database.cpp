#include "database/sqlite/database.hpp"

#include <utility>

#include "database/sqlite/column.hpp"

namespace sio::sqlite {

namespace {

constexpr std::size_t max_shown_sql = 200;
constexpr std::size_t max_sql_bytes = 1'000'000'000;

/// Another connection's lock is in the way, when preparing (which may read the schema) or when executing.
struct Locked {};

int bind(sqlite3_stmt* statement, int index, const SqlParameter& parameter) {
    // SQLITE_STATIC: the caller's values are there for as long as the statement runs.
    struct Binder {
        sqlite3_stmt* statement;
        int index;
        int operator()(std::monostate) const { return sqlite3_bind_null(statement, index); }
        int operator()(bool value) const { return sqlite3_bind_int(statement, index, value ? 1 : 0); }
        int operator()(std::int64_t value) const { return sqlite3_bind_int64(statement, index, value); }
        int operator()(double value) const { return sqlite3_bind_double(statement, index, value); }
        int operator()(std::string_view text) const {
            const char* data = text.data() ? text.data() : "";  // a null pointer would be NULL
            return sqlite3_bind_text64(statement, index, data, text.size(), SQLITE_STATIC, SQLITE_UTF8);
        }
        int operator()(SqlParameter::Bytes bytes) const {
            if (bytes.empty()) return sqlite3_bind_zeroblob(statement, index, 0);
            return sqlite3_bind_blob64(statement, index, bytes.data(), bytes.size(), SQLITE_STATIC);
        }
    };
    return std::visit(Binder{statement, index}, parameter.value());
}

}  // namespace

/// One execution of a statement, which can be executed again afterwards.
class Database::Execution {
public:
    explicit Execution(sqlite3_stmt* statement) noexcept : statement_(statement) {}
    ~Execution() {
        sqlite3_reset(statement_);
        sqlite3_clear_bindings(statement_);
    }
    Execution(const Execution&) = delete;
    Execution& operator=(const Execution&) = delete;

private:
    sqlite3_stmt* statement_;
};

Database::Database(const Options& options) : statements_(options.statement_cache), read_only_(options.read_only) {
    sqlite3* handle = nullptr;
    const int access = options.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    const int result =
        sqlite3_open_v2(options.path.c_str(), &handle, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
    handle_.reset(handle);  // there is one to be closed even when it fails
    if (result != SQLITE_OK) {
        const char* why = handle ? sqlite3_errmsg(handle) : sqlite3_errstr(result);
        throw Error(result, "cannot open " + options.path + ": " + why);
    }
    const auto on_busy = [](void* self, int) {
        static_cast<Database*>(self)->lock_in_the_way_ = true;
        return 0;
    };
    sqlite3_busy_handler(handle, on_busy, this);
}

std::optional<Result> Database::run(std::string_view sql, std::span<const SqlParameter> parameters) try {
    lock_in_the_way_ = false;
    if (statements_.capacity() == 0) return execute(prepare_one(sql).get(), parameters);
    Statement* statement = statements_.find(sql);
    if (!statement) {
        Statement prepared = prepare_one(sql);
        if (statements_.full()) statements_.take_oldest();
        statement = &statements_.insert(sql, std::move(prepared));
    }
    return execute(statement->get(), parameters);
} catch (const Locked&) {
    return std::nullopt;
}

bool Database::run_first(std::string_view& script) try {
    lock_in_the_way_ = false;
    std::string_view rest;
    if (const Statement statement = prepare(script, 0, rest)) execute(statement.get(), {});
    script = rest;
    return true;
} catch (const Locked&) {
    return false;
}

Database::Statement Database::prepare(std::string_view sql, unsigned flags, std::string_view& rest) {
    // SQLite counts in int, and stops at a zero byte.
    if (sql.size() > max_sql_bytes || sql.find('\0') != std::string_view::npos)
        throw sio::Error(errc::invalid_value, "SQL with a zero byte, or of more than a gigabyte");
    sqlite3_stmt* made = nullptr;
    const char* tail = nullptr;
    if (sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()), flags, &made, &tail) != SQLITE_OK)
        fail(sql);
    rest = sql.substr(static_cast<std::size_t>(tail - sql.data()));
    return Statement(made);
}

Database::Statement Database::prepare_one(std::string_view sql) {
    std::string_view rest;
    Statement statement = prepare(sql, SQLITE_PREPARE_PERSISTENT, rest);
    if (!statement) throw sio::Error(errc::invalid_value, "there is no SQL statement");
    if (std::string_view end; !rest.empty() && prepare(rest, 0, end))
        throw sio::Error(errc::invalid_value, "several SQL statements at once are for execute_script()");
    return statement;
}

Result Database::execute(sqlite3_stmt* statement, std::span<const SqlParameter> parameters) {
    const Execution execution(statement);
    const int wanted = sqlite3_bind_parameter_count(statement);
    if (std::cmp_not_equal(wanted, parameters.size())) {
        throw sio::Error(errc::invalid_value, "the SQL statement has " + std::to_string(wanted) + " parameters, not " +
                                                  std::to_string(parameters.size()) + ": " + sqlite3_sql(statement));
    }
    for (int i = 0; i < wanted; ++i) {
        if (bind(statement, i + 1, parameters[static_cast<std::size_t>(i)]) != SQLITE_OK) fail(sqlite3_sql(statement));
    }

    const int changes_before = sqlite3_total_changes(handle_.get());
    Result result;
    int step = sqlite3_step(statement);
    // Only now: a schema that has changed may give SELECT * other columns.
    const int columns = sqlite3_column_count(statement);
    for (int i = 0; i < columns; ++i) result.names_.emplace_back(sqlite3_column_name(statement, i));
    for (; step == SQLITE_ROW; step = sqlite3_step(statement)) {
        for (int i = 0; i < columns; ++i) result.values_.push_back(column_value(statement, i));
    }
    if (step != SQLITE_DONE) fail(sqlite3_sql(statement));
    if (sqlite3_total_changes(handle_.get()) != changes_before) result.changes_ = sqlite3_changes(handle_.get());
    result.last_insert_id_ = sqlite3_last_insert_rowid(handle_.get());
    return result;
}

void Database::fail(std::string_view doing) const {
    // SQLite asks the busy handler, unless waiting would be in vain because two wait for each other.
    if (lock_in_the_way_ && (sqlite3_errcode(handle_.get()) & 0xff) == SQLITE_BUSY) throw Locked();
    std::string what = sqlite3_errmsg(handle_.get());
    what += ": ";
    what += doing.substr(0, max_shown_sql);
    throw Error(sqlite3_extended_errcode(handle_.get()), what);
}

}  // namespace sio::sqlite
