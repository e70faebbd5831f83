#pragma once

#include <sqlite3.h>

#include <sio/sqlite/result.hpp>

namespace sio::sqlite {

/// The value of a column of the row at which a statement stands.
Value column_value(sqlite3_stmt* statement, int column);

}  // namespace sio::sqlite
