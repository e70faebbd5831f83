#pragma once

#include <libpq-fe.h>

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <sio/detail/wait_queue.hpp>
#include <sio/postgres/connect_options.hpp>
#include <sio/postgres/notification.hpp>
#include <sio/postgres/result.hpp>
#include <sio/sql_parameter.hpp>

#include "database/lru_cache.hpp"
#include "database/postgres/connect.hpp"
#include "database/postgres/parameters.hpp"

namespace sio::postgres {

struct ClearResult {
    void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using ResultHandle = std::unique_ptr<PGresult, ClearResult>;

/// What Connection, Pipeline and Listener do with libpq's connection.
class Session {
public:
    explicit Session(const ConnectOptions& options);
    ~Session() { close(); }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    Result run(std::string_view sql, std::span<const SqlParameter> parameters);
    Result run_prepared(std::string_view sql, std::span<const SqlParameter> parameters);
    void run_script(const std::string& script);

    void begin();
    void commit();
    void rollback() noexcept;

    /// Null when it is closed.
    PGconn* handle() const noexcept { return handle_.get(); }
    void close() noexcept;
    /// The same from outside: a greenlet may be using the session.
    void hang_up() noexcept;
    bool reusable() noexcept;

    // For those who send queries themselves, within an Exchange.

    /// While it lives, the session is the current greenlet's. Left by an exception with a query under way, it closes the
    /// session.
    class Exchange;
    /// libpq could not send: throws why.
    void check_sent(int sent);
    /// Blocks until everything is sent.
    void flush();
    /// Blocks until there is the next result; null when there is none for this query any more.
    ResultHandle next_result();
    /// Takes what has arrived; throws Error when that is the connection's end.
    void consume();
    /// Where notifications go. Null, as at first: nowhere.
    void deliver_to(std::deque<Notification>* inbox) noexcept { inbox_ = inbox; }

private:
    ResultHandle finish_query();
    Result run_statement(const std::string& name, const Parameters& parameters);
    std::string prepare(std::string_view sql);
    void drop_stale();
    void take_notifications();
    [[noreturn]] void lose();

    ConnectionHandle handle_;
    database::LruCache<std::string> statements_;  // SQL -> name on the server
    std::vector<std::string> stale_;              // names that the cache has given up
    std::uint64_t prepared_ = 0;
    std::deque<Notification>* inbox_ = nullptr;
    std::atomic<bool> in_use_{false};
    int depth_ = 0;  // of transactions: savepoints are numbered by it
};

}  // namespace sio::postgres
