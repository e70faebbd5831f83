#pragma once

// SQLite for greenlets: the library target sio::sqlite. See docs/guides/databases.md.

#include <sio/sqlite/connection.hpp>
#include <sio/sqlite/error.hpp>
#include <sio/sqlite/options.hpp>
#include <sio/sqlite/result.hpp>
