#include <sio/postgres/connection.hpp>

#include "database/postgres/session.hpp"

namespace sio::postgres {

Connection::Connection(const ConnectOptions& options) : session_(std::make_unique<Session>(options)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

Result Connection::run(std::string_view sql, std::span<const SqlParameter> parameters) {
    return session_->run(sql, parameters);
}

Result Connection::run_prepared(std::string_view sql, std::span<const SqlParameter> parameters) {
    return session_->run_prepared(sql, parameters);
}

void Connection::execute_script(const std::string& script) { session_->run_script(script); }

void Connection::begin() { session_->begin(); }

void Connection::commit() { session_->commit(); }

void Connection::rollback() noexcept { session_->rollback(); }

int Connection::backend_pid() const noexcept { return is_open() ? PQbackendPID(session_->handle()) : 0; }

bool Connection::is_open() const noexcept { return session_->handle() != nullptr; }

void Connection::close() noexcept { session_->hang_up(); }

bool Connection::reusable() noexcept { return session_->reusable(); }

void Connection::ping() { session_->run("SELECT 1", {}); }

}  // namespace sio::postgres
