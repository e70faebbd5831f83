#include <sio/redis/client.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <sio/error.hpp>
#include <sio/redis/error.hpp>

#include "database/redis/session.hpp"
#include "util/ascii.hpp"
#include "util/printable.hpp"

namespace sio::redis {

namespace {

using namespace std::string_view_literals;

// What would change the connection for all who share it, or is not answered once.
constexpr std::array refused{
    "auth"sv,         "discard"sv,      "exec"sv,        "hello"sv,   "monitor"sv, "multi"sv,      "psubscribe"sv,
    "psync"sv,        "punsubscribe"sv, "quit"sv,        "reset"sv,   "select"sv,  "ssubscribe"sv, "subscribe"sv,
    "sunsubscribe"sv, "sync"sv,         "unsubscribe"sv, "unwatch"sv, "watch"sv,
};

bool same(std::string_view a, std::string_view b) noexcept { return util::ascii_iequals(a, b); }

void require_shareable(const Command& command) {
    const std::string_view name = command.argument(0);
    const bool silences = same(name, "client"sv) && same(command.argument(1), "reply"sv);
    if (!silences && std::none_of(refused.begin(), refused.end(), [&](auto each) { return same(each, name); })) return;
    throw sio::Error(errc::unsupported, "redis::Client does not take " + util::printable(name) +
                                            ": it would change the connection for all who share it");
}

std::string bytes_of(const Command& command) {
    std::string bytes;
    command.encode_to(bytes);
    return bytes;
}

}  // namespace

Pipeline& Pipeline::add(const Command& command) {
    require_shareable(command);
    command.encode_to(bytes_);
    ++size_;
    return *this;
}

void Pipeline::clear() noexcept {
    bytes_.clear();
    size_ = 0;
}

Client::Client(Options options) : session_(std::make_shared<Session>(std::move(options))) {}
Client::~Client() { close(); }

Value Client::execute(const Command& command) {
    require_shareable(command);
    Value reply = std::move(session_->call(bytes_of(command), 1).replies.front());
    reply.throw_if_error();
    return reply;
}

std::vector<Value> Client::execute(const Pipeline& pipeline) {
    return session_->call(pipeline.bytes(), pipeline.size()).replies;
}

std::optional<std::vector<Value>> Client::transaction(const Pipeline& pipeline) {
    static const std::string multi = bytes_of(Command("MULTI"));
    static const std::string exec = bytes_of(Command("EXEC"));
    auto replies = call_watched(multi + pipeline.bytes() + exec, pipeline.size() + 2).replies;
    watching_ = 0;
    for (const Value& reply : replies) reply.throw_if_error();
    if (replies.back().is_null()) return std::nullopt;
    return std::move(replies.back()).items();
}

void Client::watch_keys(const Command& command) {
    auto outcome = call_watched(bytes_of(command), 1);
    outcome.replies.front().throw_if_error();
    watching_ = outcome.connection;
}

// Where something is watched, on that connection only. What becomes of a call that is interrupted is not known: the
// connection then counts as watching.
Outcome Client::call_watched(std::string bytes, std::size_t commands) {
    try {
        return session_->call(std::move(bytes), commands, watching_);
    } catch (const sio::Error& error) {
        watching_ = error.code() == errc::connection_closed ? 0 : session_->connection();
        throw;
    } catch (...) {
        watching_ = session_->connection();
        throw;
    }
}

void Client::unwatch() {
    if (std::exchange(watching_, 0) != 0) session_->call(bytes_of(Command("UNWATCH")), 1);
}

bool Client::reusable() const noexcept { return !session_->is_closed() && session_->is_idle() && watching_ == 0; }
void Client::ping() { command("PING"); }
void Client::close() noexcept { session_->close(); }
bool Client::is_connected() const noexcept { return session_->is_connected(); }

}  // namespace sio::redis
