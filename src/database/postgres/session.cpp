#include "database/postgres/session.hpp"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <optional>
#include <utility>

#include <sio/error.hpp>

#include "database/postgres/exchange.hpp"
#include "database/postgres/server_error.hpp"
#include "greenlet/interruption.hpp"
#include "greenlet/loop.hpp"
#include "greenlet/thread_pool.hpp"
#include "io/wait_descriptor.hpp"

namespace sio::postgres {

namespace {

struct FreeCancel {
    void operator()(PGcancel* cancel) const noexcept { PQfreeCancel(cancel); }
};
using CancelHandle = std::unique_ptr<PGcancel, FreeCancel>;

/// Asks the server, over a connection of its own, to end a query. libpq 15 can do that only by blocking.
class Cancellation final : public greenlet::PoolTask {
public:
    explicit Cancellation(CancelHandle cancel) noexcept : cancel_(std::move(cancel)) {}
    void run() noexcept override {
        char why[256];
        PQcancel(cancel_.get(), why, sizeof why);  // should it fail, the query ends when it has rows to send
    }

private:
    CancelHandle cancel_;
};

void cancel_query(PGconn* connection) noexcept {
    greenlet::Loop* loop = greenlet::Loop::current();
    if (!loop) return;
    CancelHandle cancel(PQgetCancel(connection));
    if (!cancel) return;
    try {
        loop->pool(detail::PoolPurpose::databases).submit_owned(std::make_unique<Cancellation>(std::move(cancel)));
    } catch (const std::exception&) {
        // As above.
    }
}

bool failed(const PGresult* result) noexcept {
    const auto status = PQresultStatus(result);
    return status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE;
}

std::string savepoint(int depth) { return "sio_" + std::to_string(depth); }

}  // namespace

Session::Exchange::Exchange(Session& session) : use_(session.in_use_, "this PostgreSQL connection"), session_(session) {
    if (session.handle_) return;
    ended_ = true;
    throw sio::Error(errc::connection_closed, "the PostgreSQL connection is closed");
}

Session::Session(const ConnectOptions& options)
    : handle_(connect(options)), statements_(std::max<std::size_t>(options.statement_cache, 1)) {}

Result Session::run(std::string_view sql, std::span<const SqlParameter> parameters) {
    const std::string text = terminated(sql);
    const Parameters encoded(parameters);
    Exchange exchange(*this);
    check_sent(PQsendQueryParams(handle_.get(), text.c_str(), encoded.count(), encoded.types(), encoded.values(),
                                 encoded.lengths(), encoded.formats(), 0));
    ResultHandle result = finish_query();
    exchange.end();
    if (failed(result.get())) throw error_of(result.get());
    return Result(result.release());
}

Result Session::run_prepared(std::string_view sql, std::span<const SqlParameter> parameters) {
    const Parameters encoded(parameters);
    for (bool again = false;; again = true) {
        const bool was_there = statements_.find(sql) != nullptr;
        try {
            return run_statement(prepare(sql), encoded);
        } catch (const Error& error) {
            // 0A000: "cached plan must not change result type", the schema has changed; 26000: there is no such statement
            // (any more: DISCARD, DEALLOCATE). Within a transaction, which has failed now, the next one prepares again.
            const bool outdated = was_there && (error.sqlstate() == "0A000" || error.sqlstate() == "26000");
            if (!outdated) throw;
            stale_.push_back(*statements_.find(sql));
            statements_.erase(sql);
            if (again || !handle_ || PQtransactionStatus(handle_.get()) != PQTRANS_IDLE) throw;
        }
    }
}

// The name of the statement on the server.
std::string Session::prepare(std::string_view sql) {
    if (const std::string* name = statements_.find(sql)) return *name;
    const std::string text = terminated(sql);
    if (statements_.full()) stale_.push_back(statements_.take_oldest());
    drop_stale();
    const std::string name = "sio_" + std::to_string(++prepared_);
    Exchange exchange(*this);
    check_sent(PQsendPrepare(handle_.get(), name.c_str(), text.c_str(), 0, nullptr));
    const ResultHandle result = finish_query();
    exchange.end();
    if (failed(result.get())) throw error_of(result.get());
    statements_.insert(sql, name);
    return name;
}

// Not within a transaction: if the application has deallocated them itself, that would end it.
void Session::drop_stale() {
    while (!stale_.empty() && handle_ && PQtransactionStatus(handle_.get()) == PQTRANS_IDLE) {
        const std::string name = std::move(stale_.back());
        stale_.pop_back();
        try {
            run("DEALLOCATE " + name, {});
        } catch (const Error& error) {
            if (error.sqlstate() != "26000") throw;
        }
    }
}

Result Session::run_statement(const std::string& name, const Parameters& parameters) {
    Exchange exchange(*this);
    check_sent(PQsendQueryPrepared(handle_.get(), name.c_str(), parameters.count(), parameters.values(),
                                   parameters.lengths(), parameters.formats(), 0));
    ResultHandle result = finish_query();
    exchange.end();
    if (failed(result.get())) throw error_of(result.get());
    return Result(result.release());
}

void Session::run_script(const std::string& script) {
    const std::string text = terminated(script);
    Exchange exchange(*this);
    check_sent(PQsendQuery(handle_.get(), text.c_str()));
    const ResultHandle result = finish_query();
    exchange.end();
    if (failed(result.get())) throw error_of(result.get());
}

void Session::check_sent(int sent) {
    if (sent == 1) return;
    if (PQstatus(handle_.get()) == CONNECTION_BAD) lose();
    throw error_of(handle_.get(), "08006");
}

void Session::flush() {
    for (;;) {
        const int left = PQflush(handle_.get());
        if (left == 0) return;
        // The server may stop reading until somebody reads what it has to say; so both are waited for. An error is reported
        // by the reading side, with the server's last words.
        if (left > 0) io::wait_descriptor(PQsocket(handle_.get()), EPOLLIN | EPOLLOUT);
        consume();
    }
}

void Session::consume() {
    if (PQconsumeInput(handle_.get()) != 1) lose();
    take_notifications();
}

ResultHandle Session::next_result() {
    while (PQisBusy(handle_.get()) == 1) {
        io::wait_descriptor(PQsocket(handle_.get()), EPOLLIN);
        // At the connection's end libpq makes of it a result, which says why, as far as the server has told.
        const bool ended = PQconsumeInput(handle_.get()) != 1;
        take_notifications();
        if (ended && PQisBusy(handle_.get()) == 1) lose();
    }
    return ResultHandle(PQgetResult(handle_.get()));
}

// Sends what waits to be sent and takes all results: the first that failed, or else the last.
ResultHandle Session::finish_query() {
    flush();
    ResultHandle kept;
    while (ResultHandle result = next_result()) {
        switch (PQresultStatus(result.get())) {
            case PGRES_COPY_IN:
            case PGRES_COPY_OUT:
            case PGRES_COPY_BOTH: throw sio::Error(errc::unsupported, "COPY is not supported by sio::postgres");
            default:
                if (!kept || !failed(kept.get())) kept = std::move(result);
        }
    }
    if (!kept) lose();
    if (PQstatus(handle_.get()) == CONNECTION_BAD) close();  // the result says why
    return kept;
}

void Session::take_notifications() {
    while (PGnotify* arrived = PQnotifies(handle_.get())) {
        const std::unique_ptr<PGnotify, void (*)(void*)> owner(arrived, &PQfreemem);
        if (inbox_) inbox_->push_back({arrived->relname, arrived->extra, arrived->be_pid, false});
    }
}

void Session::lose() {
    Error error = error_of(handle_.get(), "08006");
    close();
    throw error;
}

void Session::close() noexcept {
    if (!handle_) return;
    if (PQtransactionStatus(handle_.get()) == PQTRANS_ACTIVE) cancel_query(handle_.get());
    handle_.reset();
}

void Session::hang_up() noexcept {
    if (!in_use_) return close();
    // Its user wakes, finds that the connection has ended, and closes it.
    cancel_query(handle_.get());
    ::shutdown(PQsocket(handle_.get()), SHUT_RDWR);
}

bool Session::reusable() noexcept try {
    if (in_use_ || !handle_ || depth_ > 0 || PQtransactionStatus(handle_.get()) != PQTRANS_IDLE) return false;
    // What an idle connection has to read are notices, notifications, and its end, which comes behind the reason.
    for (pollfd state{PQsocket(handle_.get()), POLLIN, 0}; ::poll(&state, 1, 0) > 0;) {
        if (PQconsumeInput(handle_.get()) != 1) return false;
        take_notifications();
    }
    return true;
} catch (const std::exception&) {
    return false;
}

void Session::begin() {
    run(depth_ == 0 ? "BEGIN" : "SAVEPOINT " + savepoint(depth_), {});
    ++depth_;
}

void Session::commit() {
    if (depth_ > 1) {
        run("RELEASE " + savepoint(depth_ - 1), {});
    } else {
        const Result result = run("COMMIT", {});
        if (result.command_tag() == "ROLLBACK") {
            Error::Fields fields;
            fields.severity = "ERROR";
            fields.sqlstate = "25P02";
            throw Error("the transaction was rolled back: a statement in it had failed", std::move(fields));
        }
    }
    --depth_;
}

void Session::rollback() noexcept {
    if (depth_ == 0) return;
    --depth_;
    if (!handle_ || PQtransactionStatus(handle_.get()) == PQTRANS_IDLE) return;  // closed, or done by the server
    try {
        if (depth_ == 0) {
            run("ROLLBACK", {});
        } else {
            run("ROLLBACK TO " + savepoint(depth_), {});
            run("RELEASE " + savepoint(depth_), {});
        }
    } catch (...) {
        greenlet::keep_interruption();
        close();  // also when the greenlet is killed: the server rolls back by itself, and nobody waits for it
    }
}

}  // namespace sio::postgres
