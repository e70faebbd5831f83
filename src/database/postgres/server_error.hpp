#pragma once

#include <libpq-fe.h>

#include <sio/postgres/error.hpp>

namespace sio::postgres {

/// The error that a failed result is.
Error error_of(const PGresult* result);
/// Why there is no connection, as libpq says. `sqlstate` where the server has none.
Error error_of(const PGconn* connection, const char* sqlstate);

}  // namespace sio::postgres
