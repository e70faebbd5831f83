#pragma once

#include <system_error>

#include <sio/sio.hpp>
#ifdef WITH_SQLITE
#include <sio/sqlite.hpp>
#endif
#ifdef WITH_POSTGRES
#include <sio/postgres.hpp>
#endif
#ifdef WITH_REDIS
#include <sio/redis.hpp>
#endif

/// Whether the databases that were built can be linked and called, and what they throw is caught: sio may be a shared library.
inline bool databases_work() {
    return sio::run([] {
        bool work = true;
#ifdef WITH_SQLITE
        sio::sqlite::Connection database({.path = ":memory:"});
        work = work && database.query("SELECT ?", 7).value<int>() == 7;
        try {
            database.query("SELECT FROM");
            work = false;
        } catch (const sio::sqlite::Error&) {
        }
#endif
#ifdef WITH_POSTGRES
        try {
            sio::postgres::Connection("host=/nonexistent");
            work = false;
        } catch (const sio::postgres::Error& error) {
            work = work && error.is_connection_failure();
        }
#endif
#ifdef WITH_REDIS
        try {
            sio::redis::Client("unix:///nonexistent").command("PING");
            work = false;
        } catch (const std::system_error&) {
        }
#endif
        return work;
    });
}
