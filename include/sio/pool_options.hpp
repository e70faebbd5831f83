#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include <sio/detail/wait_queue.hpp>
#include <sio/error.hpp>

namespace sio {

/// Limits of a ConnectionPool.
struct PoolOptions {
    /// Connections at most, idle and lent. Default: 10. At least 1.
    std::size_t size = 10;
    /// Idle connections that are kept though nobody has used them for `max_idle`; fill() opens so many. Default: 0.
    std::size_t min_idle = 0;
    /// How long a greenlet waits for a connection, its opening and its check included. Default: 30 s. `forever`: no limit.
    Duration acquire_timeout = std::chrono::seconds(30);
    /// A connection that was idle for longer is asked whether it still works before it is lent. Default: 30 s. Zero:
    /// each time. `forever`: never.
    Duration check_after = std::chrono::seconds(30);
    /// Idle for longer, a connection is closed, when the pool is next used. Default: 10 min. `forever`: never.
    Duration max_idle = std::chrono::minutes(10);
    /// Open for longer, a connection is not lent again. Default: 1 h. `forever`: no limit.
    Duration max_lifetime = std::chrono::hours(1);
};

/// What a ConnectionPool does at the moment.
struct PoolStats {
    std::size_t idle = 0;
    /// Lent, or being opened or checked.
    std::size_t in_use = 0;
    /// Greenlets that wait for a connection.
    std::size_t waiting = 0;
};

/// No connection of a pool became free in time.
class PoolTimeout : public TimeoutError {
public:
    PoolTimeout(std::size_t size, Duration waited);

    /// PoolOptions::size.
    std::size_t size() const noexcept { return size_; }
    /// How long the greenlet has waited.
    Duration waited() const noexcept { return waited_; }

private:
    std::size_t size_;
    Duration waited_;
};

}  // namespace sio
