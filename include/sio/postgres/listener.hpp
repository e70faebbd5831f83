#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <sio/detail/wait_queue.hpp>
#include <sio/postgres/connect_options.hpp>
#include <sio/postgres/notification.hpp>

namespace sio::postgres {

class Session;

/// How a Listener keeps its connection.
struct ListenerOptions {
    /// Pause before the second attempt to connect again; each further one is twice as long. Default: 100 ms.
    Duration first_pause = std::chrono::milliseconds(100);
    /// ... up to this. Default: 10 s.
    Duration longest_pause = std::chrono::seconds(10);
    /// When nothing has arrived for so long, the server is asked whether it is there: a connection that was cut off
    /// says nothing. Default: 30 s. `forever`: never.
    Duration check_every = std::chrono::seconds(30);
    /// How long the server may take for that answer. Default: 10 s.
    Duration check_limit = std::chrono::seconds(10);
};

/// Receives what `NOTIFY` sends, on a connection of its own that it opens again whenever it is lost.
///
///     sio::postgres::Listener listener(url, {"jobs"});
///     while (auto notification = listener.next()) {
///         if (notification->gap) look_for_everything(); else work_on(notification->payload);
///     }
///
/// Threads: one greenlet at a time: Error(errc::in_use) otherwise; it must not end while one is in a call. Notifications that
/// arrive meanwhile wait in the socket's buffers, and then on the server. Errors: what blocking calls throw; constructor,
/// listen() and unlisten(): postgres::Error.
class Listener {
public:
    /// Connects, and listens to the channels. Blocks.
    explicit Listener(ConnectOptions server, const std::vector<std::string>& channels = {},
                      const ListenerOptions& options = {});
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    /// Channels are names, which differ in upper and lower case: `NOTIFY Jobs` goes to `jobs`, `pg_notify('Jobs', '')` to
    /// `Jobs`. Listening twice does nothing.
    void listen(const std::string& channel);
    void unlisten(const std::string& channel);

    /// Blocks until there is a notification; nothing when `limit` passed first. While the connection is lost it tries to
    /// connect again, for as long as it takes (each failure is logged); when that has succeeded, a Notification with `gap`
    /// comes first.
    std::optional<Notification> next(Duration limit = forever);

    /// The process id of the server's side of the connection; 0 while it is lost.
    int backend_pid() const noexcept;

private:
    void connect();
    void reconnect();
    void read(Duration limit);
    void execute(const std::string& sql);

    const ConnectOptions server_;
    const ListenerOptions options_;
    std::set<std::string> channels_;
    std::deque<Notification> inbox_;
    std::unique_ptr<Session> session_;  // null while the connection is lost
    std::atomic<bool> in_use_{false};
};

}  // namespace sio::postgres
