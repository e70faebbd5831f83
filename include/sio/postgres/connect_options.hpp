#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>

#include <sio/detail/wait_queue.hpp>

namespace sio::postgres {

/// Where a Connection leads.
struct ConnectOptions {
    ConnectOptions() = default;
    ConnectOptions(const char* where) : target(where) {}
    ConnectOptions(std::string where) : target(std::move(where)) {}

    /// A URL or a string of libpq: `postgresql://user@host:5432/db?sslmode=require`, `host=/run/postgresql dbname=db`.
    /// What it does not say comes from libpq's environment variables and defaults; `options=-c statement_timeout=5s` sets
    /// parameters of the session. Its `connect_timeout` is not looked at: see below.
    std::string target;
    /// For names, connecting, TLS and authentication, over all hosts of `target`. Default: 10 s. `forever`: no limit.
    Duration connect_timeout = std::chrono::seconds(10);
    /// Statements that query_prepared() keeps on the server, those used last. Default: 64. At least 1.
    std::size_t statement_cache = 64;
};

}  // namespace sio::postgres
