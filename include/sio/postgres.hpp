#pragma once

// PostgreSQL for greenlets: the library target sio::postgres. See docs/guides/databases.md.

#include <sio/postgres/connect_options.hpp>
#include <sio/postgres/connection.hpp>
#include <sio/postgres/error.hpp>
#include <sio/postgres/listener.hpp>
#include <sio/postgres/notification.hpp>
#include <sio/postgres/pipeline.hpp>
#include <sio/postgres/result.hpp>
