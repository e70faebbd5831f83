#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <sio/detail/run_transaction.hpp>
#include <sio/sql_parameter.hpp>
#include <sio/sqlite/error.hpp>
#include <sio/sqlite/options.hpp>
#include <sio/sqlite/result.hpp>

namespace sio::sqlite {

/// A connection to an SQLite database. Every call runs on a thread of the greenlet's loop (ThreadOptions::databases) while the greenlet waits.
///
///     sio::sqlite::Connection db({.path = "people.db"});
///     db.execute("INSERT INTO people (name, age) VALUES (?, ?)", "Ada", 36);
///     for (const auto& row : db.query("SELECT id, name FROM people WHERE age > ?", 30)) {
///         auto [id, name] = row.as<std::int64_t, std::string>();
///     }
///
/// When the greenlet is killed, or a TimeoutScope runs out, the statement is interrupted; SQLite then rolls it back, and of a
/// transaction in which it has written, all. The connection can be used again afterwards. A statement that was done already
/// counts: the call returns, and the greenlet's next blocking call throws.
///
/// Threads: greenlets of any loop, one at a time: Error(errc::in_use) otherwise; use a ConnectionPool. A connection that is
/// moved from may only be destroyed. Errors: sqlite::Error; Error(errc::invalid_value) for a wrong number of parameters;
/// what blocking calls throw.
class Connection {
public:
    /// Opens the database.
    explicit Connection(const Options& options);
    Connection(Connection&&) noexcept;
    Connection& operator=(Connection&&) noexcept;
    /// Closes on a thread of the pool where there is a loop, without waiting.
    ~Connection();

    /// Runs one statement and returns its rows, all of them. `?` or `?1` are the parameters. The statement is prepared once
    /// and kept; see Options::statement_cache.
    template <class... Values>
    Result query(std::string_view sql, const Values&... values) {
        const std::array<SqlParameter, sizeof...(Values)> parameters{SqlParameter(values)...};
        return run(sql, parameters);
    }
    /// query() for a statement without rows; returns how many it changed.
    template <class... Values>
    std::int64_t execute(std::string_view sql, const Values&... values) {
        return query(sql, values...).changes();
    }
    /// query() with parameters whose number is not known to the compiler.
    Result run(std::string_view sql, std::span<const SqlParameter> parameters);
    /// Several statements without parameters, separated by `;`. Those before one that fails have been executed.
    void execute_script(const std::string& script);

    /// `function(connection)` in a transaction: committed when it returns, rolled back when it throws or the greenlet is
    /// killed. Within another one, a savepoint of that. It begins with `BEGIN IMMEDIATE`, so that what waits for the one
    /// writer waits there and not in the middle, where two could wait for each other.
    template <class Function>
    auto transaction(Function&& function) {
        return detail::run_transaction(*this, std::forward<Function>(function));
    }
    /// The steps of transaction(), for those who cannot use it. rollback() is not interrupted by kills.
    void begin();
    void commit();
    void rollback() noexcept;

    // For ConnectionPool.
    /// No transaction is open.
    bool reusable() const noexcept;
    void ping();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace sio::sqlite
