#pragma once

#include <sqlite3.h>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <sio/sql_parameter.hpp>
#include <sio/sqlite/error.hpp>
#include <sio/sqlite/options.hpp>
#include <sio/sqlite/result.hpp>

#include "database/lru_cache.hpp"

namespace sio::sqlite {

/// SQLite's handle and its statements, for a thread that may block.
///
/// It never waits for another connection's lock: it says so, and the greenlet waits. A thread of the pool that waited could be
/// the one that the holder of the lock needs for its COMMIT.
/// Threads: one at a time; interrupt() from any meanwhile.
class Database {
public:
    explicit Database(const Options& options);

    /// Runs one statement; nothing when another connection's lock is in the way and the statement can be tried again.
    std::optional<Result> run(std::string_view sql, std::span<const SqlParameter> parameters);
    /// Runs the first statement of `script` and takes it off; false as above.
    bool run_first(std::string_view& script);
    void interrupt() noexcept { sqlite3_interrupt(handle_.get()); }

    bool in_transaction() const noexcept { return sqlite3_get_autocommit(handle_.get()) == 0; }
    bool read_only() const noexcept { return read_only_; }

private:
    struct CloseHandle {
        void operator()(sqlite3* handle) const noexcept { sqlite3_close_v2(handle); }
    };
    struct FinalizeStatement {
        void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
    };
    using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;
    class Execution;

    Statement prepare(std::string_view sql, unsigned flags, std::string_view& rest);
    Statement prepare_one(std::string_view sql);
    Result execute(sqlite3_stmt* statement, std::span<const SqlParameter> parameters);
    [[noreturn]] void fail(std::string_view doing) const;

    std::unique_ptr<sqlite3, CloseHandle> handle_;
    database::LruCache<Statement> statements_;  // ends first
    const bool read_only_;
    bool lock_in_the_way_ = false;
};

}  // namespace sio::sqlite
