#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sio/redis/command.hpp>
#include <sio/redis/options.hpp>
#include <sio/redis/pipeline.hpp>
#include <sio/redis/value.hpp>

namespace sio::redis {

class Session;
struct Outcome;

/// One connection to Redis that any number of greenlets share. Their commands are pipelined: those of one turn of the loop
/// go out together, and each greenlet waits for its own answer.
///
///     sio::redis::Client redis("redis://127.0.0.1/2");
///     redis.command("SET", "greeting", "hello", "EX", 60);
///     auto greeting = redis.command("GET", "greeting").as<std::optional<std::string>>();
///
/// The first command connects. A connection that is lost fails the commands that were sent and not answered, and they are
/// not sent again, because they may have been executed; later commands connect again. While the server cannot be reached,
/// each command waits for one attempt (attempts keep the pauses of Options::backoff_min) and fails if that does.
///
/// A greenlet that is killed, or whose limit passes, while it waits leaves the others' answers alone; its command may be
/// executed or not. A command that blocks on the server (BLPOP, XREAD BLOCK, WAIT) delays all behind it: use a client of
/// its own for those. Commands that change what the connection is would disturb the other greenlets and are refused:
/// MULTI, EXEC, WATCH (transaction(), watch()), SUBSCRIBE (Subscriber), SELECT, AUTH (Options), MONITOR, ...
/// Push messages that Redis sends besides (client-side caching) are dropped.
///
/// Threads: belongs to the loop on which it is first used, and must be used and end there, before the loop does: one client
/// for each worker. It must not end while a greenlet is in one of its calls.
/// Errors: redis::Error for what the server refuses; Error(errc::connection_closed) when the connection was lost after the
/// command was sent, and after close(); Timeout; std::system_error when the server cannot be reached; Error(errc::unsupported)
/// for refused commands and on another loop; what blocking calls throw.
class Client {
public:
    /// Does not connect yet.
    explicit Client(Options options);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// Sends one command and blocks until it is answered. Arguments: see Command.
    template <class... Args>
    Value command(std::string_view name, const Args&... args) {
        return execute(Command(name, args...));
    }
    Value execute(const Command& command);
    /// Sends all in one go, and blocks until the last is answered: an answer for each, those of refused ones being
    /// errors (Value::is_error(); Value::as() throws them).
    std::vector<Value> execute(const Pipeline& pipeline);

    /// Executes all as one (MULTI, EXEC), and returns what execute() would. Nothing when a key that was watched has been
    /// changed: then nothing was executed. Throws redis::Error, too, when a command was refused before any was executed;
    /// one that fails later (WRONGTYPE) is an error among the answers, and the others stay executed.
    std::optional<std::vector<Value>> transaction(const Pipeline& pipeline);
    /// The next transaction() executes nothing if one of the keys (see Command) has been changed before. For a client that one
    /// greenlet has to itself, as the transaction of any greenlet counts: one of its own, or one lent by a ConnectionPool.
    /// If the connection is lost meanwhile, transaction() throws Error(errc::connection_closed).
    template <class... Keys>
    void watch(const Keys&... keys) {
        watch_keys(Command("WATCH", keys...));
    }
    void unwatch();

    /// For ConnectionPool: no command is under way, no key watched, and it was not closed.
    bool reusable() const noexcept;
    void ping();

    /// Ends the connection; commands that wait fail, and later ones. May be called again.
    void close() noexcept;
    bool is_connected() const noexcept;

private:
    void watch_keys(const Command& command);
    Outcome call_watched(std::string bytes, std::size_t commands);

    std::shared_ptr<Session> session_;
    std::uint64_t watching_ = 0;  // on which of the session's connections; 0: nothing is watched
};

}  // namespace sio::redis
