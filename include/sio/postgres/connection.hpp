#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <sio/detail/run_transaction.hpp>
#include <sio/postgres/connect_options.hpp>
#include <sio/postgres/error.hpp>
#include <sio/postgres/result.hpp>
#include <sio/sql_parameter.hpp>

namespace sio::postgres {

class Session;

/// A connection to PostgreSQL. Calls wait on the greenlet's loop; no thread is involved but for looking up names.
///
///     sio::postgres::Connection db("postgresql://app@localhost/shop");
///     db.execute("INSERT INTO people (name, age) VALUES ($1, $2)", "Ada", 36);
///     for (const auto& row : db.query("SELECT id, name FROM people WHERE age > $1", 30)) {
///         auto [id, name] = row.as<std::int64_t, std::string>();
///     }
///
/// Parameters are `$1`, `$2`, ...; the server finds out their types from where they stand (`$1::jsonb` tells it). sio::Binary is
/// `bytea`. Text must not contain a zero byte, which PostgreSQL cannot store.
///
/// When the greenlet is killed, or a TimeoutScope runs out, in the middle of a query, the query is cancelled on the server
/// (from a thread of the pool, which nobody waits for) and the connection closed; a ConnectionPool then opens another.
/// Outside of queries nothing happens to it, but an open transaction() is rolled back by closing. Notices of the server
/// are logged in the area `postgres`.
///
/// Threads: greenlets of any loop, one at a time: Error(errc::in_use) otherwise; use a ConnectionPool. A connection that is
/// moved from may only be destroyed. Errors: postgres::Error; sio::Error(errc::connection_closed) once it is closed;
/// sio::Error(errc::invalid_value) for parameters; sio::Error(errc::unsupported) for COPY, which closes it; what
/// blocking calls throw.
class Connection {
public:
    /// Connects. Throws postgres::Error with SQLSTATE 08001 (libpq gives only the text of a server's refusal), and
    /// sio::Error(errc::invalid_value) for a target that libpq cannot parse.
    explicit Connection(const ConnectOptions& options);
    Connection(Connection&&) noexcept;
    Connection& operator=(Connection&&) noexcept;
    ~Connection();

    /// Runs one statement and returns its rows, all of them. For results that memory does not hold, declare a cursor.
    template <class... Values>
    Result query(std::string_view sql, const Values&... values) {
        return run(sql, std::array<SqlParameter, sizeof...(Values)>{SqlParameter(values)...});
    }
    /// The same; the server parses and plans the statement once for this connection and keeps it, see
    /// ConnectOptions::statement_cache. Pays for statements that are run often. Not with a proxy that gives each
    /// transaction another session (PgBouncer before 1.21).
    template <class... Values>
    Result query_prepared(std::string_view sql, const Values&... values) {
        return run_prepared(sql, std::array<SqlParameter, sizeof...(Values)>{SqlParameter(values)...});
    }
    /// query() that returns how many rows the statement changed.
    template <class... Values>
    std::int64_t execute(std::string_view sql, const Values&... values) {
        return query(sql, values...).affected();
    }
    /// query() and query_prepared() with parameters whose number is not known to the compiler.
    Result run(std::string_view sql, std::span<const SqlParameter> parameters);
    Result run_prepared(std::string_view sql, std::span<const SqlParameter> parameters);
    /// Several statements without parameters, separated by `;`: one transaction, unless they say otherwise.
    void execute_script(const std::string& script);

    /// `function(connection)` in a transaction: committed when it returns, rolled back when it throws or the greenlet is
    /// killed. Within another one, a savepoint of that. Throws postgres::Error (25P02) when the server rolled back at the
    /// end because a statement had failed, whose exception was caught inside.
    template <class Function>
    auto transaction(Function&& function) {
        return detail::run_transaction(*this, std::forward<Function>(function));
    }
    /// The steps of transaction(), for those who cannot use it. rollback() closes the connection when it cannot be done.
    void begin();
    void commit();
    void rollback() noexcept;

    /// The process id of the server's side.
    int backend_pid() const noexcept;
    bool is_open() const noexcept;
    /// Closes; a query that is under way in another greenlet is cancelled, and fails there. May be called again.
    void close() noexcept;

    // For ConnectionPool.
    /// It is open, no transaction is, and the server has not hung up.
    bool reusable() noexcept;
    void ping();

private:
    friend class Pipeline;
    std::unique_ptr<Session> session_;
};

}  // namespace sio::postgres
