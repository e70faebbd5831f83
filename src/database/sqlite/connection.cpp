#include <sio/sqlite/connection.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <optional>
#include <utility>

#include <sio/detail/deadline.hpp>
#include <sio/greenlet.hpp>

#include "database/exclusive_use.hpp"
#include "database/sqlite/database.hpp"
#include "greenlet/loop.hpp"
#include "greenlet/thread_pool.hpp"

namespace sio::sqlite {

namespace {

using namespace std::chrono_literals;

/// Closes a database on a thread of the pool: the last connection to a file writes its WAL back.
class Closing final : public greenlet::PoolTask {
public:
    explicit Closing(std::unique_ptr<Database> database) noexcept : database_(std::move(database)) {}
    void run() noexcept override { database_.reset(); }

private:
    std::unique_ptr<Database> database_;
};

/// What has been executed counts, whatever comes meanwhile: a COMMIT cannot be taken back.
template <class... Functions>
auto step(Functions&&... functions) {
    return detail::offload_step(detail::PoolPurpose::databases, std::forward<Functions>(functions)...);
}

std::string savepoint(int depth) { return "sio_" + std::to_string(depth); }

}  // namespace

class Connection::Impl {
public:
    explicit Impl(const Options& options) : busy_timeout_(options.busy_timeout) {
        database_ = step([&] { return std::make_unique<Database>(options); });
        if (options.foreign_keys) run("PRAGMA foreign_keys = ON", {});
        if (options.wal && !options.read_only) {
            run("PRAGMA journal_mode = WAL", {});
            run("PRAGMA synchronous = NORMAL", {});
        }
    }
    ~Impl() {
        greenlet::Loop* loop = greenlet::Loop::current();
        if (!loop || !database_) return;
        try {
            loop->pool(detail::PoolPurpose::databases).submit_owned(std::make_unique<Closing>(std::move(database_)));
        } catch (const std::exception&) {
            // No thread, no memory: it has been closed right here.
        }
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    Result run(std::string_view sql, std::span<const SqlParameter> parameters) {
        std::optional<Result> result;
        in_turn(sql, [&] { return (result = database_->run(sql, parameters)).has_value(); });
        return *std::move(result);
    }

    void run_script(std::string_view script) {
        while (!script.empty()) in_turn(script, [&] { return database_->run_first(script); });
    }

    void begin() {
        if (depth_ > 0) {
            run("SAVEPOINT " + savepoint(depth_), {});
        } else {
            run(database_->read_only() ? "BEGIN" : "BEGIN IMMEDIATE", {});
        }
        ++depth_;
    }

    void commit() {
        run(depth_ == 1 ? "COMMIT" : "RELEASE " + savepoint(depth_ - 1), {});
        --depth_;
    }

    void rollback() noexcept {
        if (depth_ == 0) return;
        --depth_;
        if (!database_->in_transaction()) return;  // SQLite has done it already
        const Shield shield;
        try {
            if (depth_ == 0) {
                run("ROLLBACK", {});
            } else {
                run("ROLLBACK TO " + savepoint(depth_), {});
                run("RELEASE " + savepoint(depth_), {});
            }
        } catch (const std::exception&) {
            // The transaction is still open, so that reusable() says no, and closing rolls back.
        }
    }

    bool reusable() const noexcept { return !in_use_ && depth_ == 0 && !database_->in_transaction(); }

private:
    /// Calls `attempt` on the pool until it returns true, while another connection's lock is in the way.
    template <class Attempt>
    void in_turn(std::string_view sql, Attempt attempt) {
        const database::ExclusiveUse use(in_use_, "this SQLite connection");
        if (depth_ > 0 && !database_->in_transaction())
            throw Error(SQLITE_ABORT_ROLLBACK, "the transaction has been rolled back already");
        const detail::Deadline deadline(busy_timeout_);
        for (Duration pause = 1ms;; pause = std::min<Duration>(pause * 2, 50ms)) {
            if (step(attempt, [this]() noexcept { database_->interrupt(); })) return;
            if (deadline.passed()) throw Error(SQLITE_BUSY, "database is locked: " + std::string(sql.substr(0, 200)));
            sleep(std::min(pause, deadline.left()));
        }
    }

    const Duration busy_timeout_;
    std::unique_ptr<Database> database_;
    std::atomic<bool> in_use_{false};
    int depth_ = 0;  // of transactions: savepoints are numbered by it
};

Connection::Connection(const Options& options) : impl_(std::make_unique<Impl>(options)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

Result Connection::run(std::string_view sql, std::span<const SqlParameter> parameters) {
    return impl_->run(sql, parameters);
}

void Connection::execute_script(const std::string& script) { impl_->run_script(script); }

void Connection::begin() { impl_->begin(); }

void Connection::commit() { impl_->commit(); }

void Connection::rollback() noexcept { impl_->rollback(); }

bool Connection::reusable() const noexcept { return impl_->reusable(); }

void Connection::ping() { impl_->run("SELECT 1", {}); }

}  // namespace sio::sqlite
