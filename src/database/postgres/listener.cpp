#include <sio/postgres/listener.hpp>

#include <sys/epoll.h>

#include <algorithm>
#include <utility>

#include <sio/detail/deadline.hpp>
#include <sio/greenlet.hpp>
#include <sio/log.hpp>
#include <sio/postgres/error.hpp>

#include "database/exclusive_use.hpp"
#include "database/postgres/exchange.hpp"
#include "database/postgres/session.hpp"
#include "io/limited.hpp"
#include "io/wait_descriptor.hpp"

namespace sio::postgres {

namespace {

constexpr const char* self = "this PostgreSQL listener";

std::string in_quotes(const std::string& name) {
    std::string text = "\"";
    for (const char c : name) text += c == '"' ? std::string("\"\"") : std::string(1, c);
    return text + '"';
}

}  // namespace

Listener::Listener(ConnectOptions server, const std::vector<std::string>& channels, const ListenerOptions& options)
    : server_(std::move(server)), options_(options), channels_(channels.begin(), channels.end()) {
    connect();
}

Listener::~Listener() = default;

void Listener::listen(const std::string& channel) {
    const database::ExclusiveUse use(in_use_, self);
    if (channels_.contains(channel)) return;
    execute("LISTEN " + in_quotes(channel));
    channels_.insert(channel);
}

void Listener::unlisten(const std::string& channel) {
    const database::ExclusiveUse use(in_use_, self);
    if (!channels_.contains(channel)) return;
    execute("UNLISTEN " + in_quotes(channel));
    channels_.erase(channel);
}

std::optional<Notification> Listener::next(Duration limit) {
    const database::ExclusiveUse use(in_use_, self);
    const detail::Deadline deadline(limit);
    for (;;) {
        if (!inbox_.empty()) {
            Notification first = std::move(inbox_.front());
            inbox_.pop_front();
            return first;
        }
        if (!session_ || !session_->handle()) {  // closed: its last user was interrupted in the middle
            if (!io::within(deadline.left(), [this] { reconnect(); })) return std::nullopt;
            continue;
        }
        try {
            read(deadline.left());
        } catch (const Error& error) {
            log(LogLevel::warning, "postgres", std::string("listener: ") + error.what());
            session_.reset();
            continue;
        }
        if (inbox_.empty() && deadline.passed()) return std::nullopt;
    }
}

int Listener::backend_pid() const noexcept {
    return session_ && session_->handle() ? PQbackendPID(session_->handle()) : 0;
}

void Listener::connect() {
    auto session = std::make_unique<Session>(server_);
    session->deliver_to(&inbox_);
    for (const std::string& channel : channels_) session->run("LISTEN " + in_quotes(channel), {});
    session_ = std::move(session);
}

void Listener::reconnect() {
    for (Duration pause = options_.first_pause;; pause = std::min(pause * 2, options_.longest_pause)) {
        try {
            connect();
            // Before what has arrived on the new connection already.
            inbox_.push_front({{}, {}, 0, true});
            return;
        } catch (const Error& error) {
            log(LogLevel::warning, "postgres", std::string("listener cannot connect: ") + error.what());
        }
        sleep(pause);
    }
}

/// Takes what arrives within `limit`; without a limit that passes, returns with something or throws.
void Listener::read(Duration limit) {
    const Duration patience = std::min(limit, options_.check_every);
    if (io::wait_descriptor(PQsocket(session_->handle()), EPOLLIN, patience)) {
        Session::Exchange exchange(*session_);
        session_->consume();
        exchange.end();
    } else if (patience < limit) {
        if (!io::within(options_.check_limit, [this] { session_->run("SELECT 1", {}); })) session_.reset();
    }
}

void Listener::execute(const std::string& sql) {
    if (!session_ || !session_->handle()) return;  // done when it is connected again
    try {
        session_->run(sql, {});
    } catch (const Error& error) {
        if (!error.is_connection_failure()) throw;
        session_.reset();
    }
}

}  // namespace sio::postgres
