// sqlite::Connection: several of them on one file.

#include <sio/sqlite.hpp>

#include <doctest/doctest.h>
#include <sqlite3.h>
#include <unistd.h>
#include <sio/connection_pool.hpp>
#include <sio/greenlet.hpp>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using sio::sqlite::Connection;

namespace {

/// A file of the test's own, removed with what SQLite puts beside it.
class File {
public:
    File() {
        std::string pattern = (std::filesystem::temp_directory_path() / "sio-sqlite-XXXXXX").string();
        REQUIRE(::mkdtemp(pattern.data()));
        directory_ = pattern;
    }
    ~File() { std::filesystem::remove_all(directory_); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    std::string path() const { return directory_ / "test.db"; }

private:
    std::filesystem::path directory_;
};

}  // namespace

TEST_CASE("a writer waits for another, and fails when that takes too long") {
    const File file;
    sio::run([&] {
        Connection first({.path = file.path()});
        first.execute("CREATE TABLE t (i)");
        Connection second({.path = file.path()});
        Connection impatient({.path = file.path(), .busy_timeout = 10ms});
        first.begin();
        first.execute("INSERT INTO t VALUES (1)");
        auto waiting = sio::spawn([&] { return second.execute("INSERT INTO t VALUES (2)"); });
        try {
            impatient.execute("INSERT INTO t VALUES (3)");
            FAIL("the database is locked");
        } catch (const sio::sqlite::Error& error) {
            CHECK(error.code() == SQLITE_BUSY);
            CHECK(std::string(error.what()).find("database is locked") == 0);
        }
        CHECK_FALSE(waiting.ready());
        CHECK(impatient.query("SELECT count(*) FROM t").value<int>() == 0);  // readers do not wait
        first.commit();
        CHECK(waiting.get() == 1);
        CHECK(impatient.query("SELECT count(*) FROM t").value<int>() == 2);
    });
}

TEST_CASE("more writers than the pool has threads do not starve the one that has the lock") {
    const File file;
    sio::run(
        [&] {
            sio::ConnectionPool<Connection> pool([&] { return Connection({.path = file.path(), .busy_timeout = 60s}); },
                                                 {.size = 8, .acquire_timeout = 60s});
            pool.with([](Connection& db) { db.execute("CREATE TABLE t (i)"); });
            std::vector<sio::AnyGreenlet> writers;
            for (int i = 0; i < 40; ++i) {
                writers.push_back(sio::spawn([&, i] {
                    pool.transaction([&](Connection& db) {
                        db.execute("INSERT INTO t VALUES (?)", i);
                        sio::sleep(1ms);
                        db.execute("INSERT INTO t VALUES (?)", i);
                    });
                }));
            }
            sio::joinall(writers, sio::forever, true);
            CHECK(pool.with([](Connection& db) { return db.query("SELECT count(*) FROM t").value<int>(); }) == 80);
        },
        {.threads = {.databases = 2}});
}

TEST_CASE("a greenlet that is killed while it waits for a lock goes at once") {
    const File file;
    sio::run([&] {
        Connection first({.path = file.path()});
        first.execute("CREATE TABLE t (i)");
        Connection second({.path = file.path(), .busy_timeout = 1h});
        first.begin();
        auto waiting = sio::spawn([&] { second.execute("INSERT INTO t VALUES (1)"); });
        sio::sleep(10ms);
        waiting.kill();
        CHECK(second.reusable());
        first.commit();
    });
}

TEST_CASE("what only reads opens no new file, and does not write") {
    const File file;
    sio::run([&] {
        CHECK_THROWS_AS(Connection({.path = file.path(), .read_only = true}), sio::sqlite::Error);
        {
            Connection db({.path = file.path()});
            db.execute_script("CREATE TABLE t (i); INSERT INTO t VALUES (1)");
            CHECK(db.query("PRAGMA journal_mode").value<std::string>() == "wal");
        }
        Connection reader({.path = file.path(), .read_only = true});
        CHECK(reader.transaction([](Connection& db) { return db.query("SELECT i FROM t").value<int>(); }) == 1);
        try {
            reader.execute("INSERT INTO t VALUES (2)");
            FAIL("it is read-only");
        } catch (const sio::sqlite::Error& error) {
            CHECK(error.code() == SQLITE_READONLY);
        }
        Connection plain({.path = file.path() + "2", .wal = false});
        CHECK(plain.query("PRAGMA journal_mode").value<std::string>() == "delete");
    });
}

TEST_CASE("a connection may be used by greenlets of several loops, one after the other") {
    const File file;
    sio::ConnectionPool<Connection> pool([&] { return Connection({.path = file.path(), .busy_timeout = 60s}); },
                                         {.size = 2, .acquire_timeout = 60s});
    sio::run([&] { pool.with([](Connection& db) { db.execute("CREATE TABLE t (i)"); }); });
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) {
        threads.emplace_back([&] {
            sio::run([&] {
                for (int k = 0; k < 20; ++k) pool.with([](Connection& db) { db.execute("INSERT INTO t VALUES (1)"); });
            });
        });
    }
    for (auto& thread : threads) thread.join();
    sio::run([&] {
        CHECK(pool.with([](Connection& db) { return db.query("SELECT count(*) FROM t").value<int>(); }) == 60);
        pool.close();
    });
}
