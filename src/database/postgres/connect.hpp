#pragma once

#include <libpq-fe.h>

#include <memory>

#include <sio/postgres/connect_options.hpp>

namespace sio::postgres {

struct FinishConnection {
    void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
};
using ConnectionHandle = std::unique_ptr<PGconn, FinishConnection>;

/// Connects, in non-blocking mode. Throws Error and what blocking calls throw.
ConnectionHandle connect(const ConnectOptions& options);

}  // namespace sio::postgres
