// sqlite::Connection: statements, values, transactions.

#include <sio/sqlite.hpp>

#include <doctest/doctest.h>
#include <sqlite3.h>
#include <unistd.h>
#include <sio/connection_pool.hpp>
#include <sio/greenlet.hpp>

#include <chrono>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using sio::sqlite::Connection;

TEST_CASE("SQLite keeps each type of value") {
    sio::run([] {
        Connection db({.path = ":memory:"});
        db.execute("CREATE TABLE t (n, i, d, s, b, e)");
        const std::string zero_inside("a\0b", 3);
        db.execute("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?)", nullptr, INT64_MIN, 0.1, zero_inside, sio::Binary("\xff"),
                   sio::Binary());
        const auto rows = db.query("SELECT * FROM t");
        REQUIRE(rows.size() == 1);
        const auto row = rows.front();
        CHECK(row.is_null("n"));
        CHECK(row.get<std::int64_t>("i") == INT64_MIN);
        CHECK(row.get<double>("d") == 0.1);
        CHECK(row.get<std::string>("s") == zero_inside);
        CHECK(row.get<sio::Binary>("b") == sio::Binary("\xff"));
        CHECK(row.get<sio::Binary>("e").empty());
        CHECK(row.get<std::optional<std::string>>("n") == std::nullopt);
        CHECK_THROWS_WITH_AS(row.get<int>("s"), doctest::Contains("column 3 \"s\" is the text"), sio::Error);
        CHECK_THROWS_AS(row.get<std::string>("i"), sio::Error);
        CHECK(db.query("SELECT 1").value<bool>());
        CHECK_FALSE(db.query("SELECT 0").value<bool>());
        CHECK_THROWS_AS(db.query("SELECT 2").value<bool>(), sio::Error);
        CHECK(db.query("SELECT 3").value<double>() == 3.0);
        CHECK(db.query("SELECT ?", std::string_view()).value<std::string>().empty());
        CHECK(std::isinf(db.query("SELECT 9e999").value<double>()));
    });
}

TEST_CASE("statements run off the loop's thread, are kept, and say what they changed") {
    sio::run([] {
        Connection db({.path = ":memory:", .statement_cache = 2});
        db.execute_script("CREATE TABLE t (id INTEGER PRIMARY KEY, s TEXT); CREATE INDEX i ON t (s); -- the end\n");
        for (int i = 0; i < 10; ++i) {
            CHECK(db.query("INSERT INTO t (s) VALUES (?)", "x").last_insert_id() == i + 1);
            CHECK(db.query("SELECT count(*) FROM t").value<int>() == i + 1);
            CHECK(db.query("SELECT max(id) FROM t").value<int>() == i + 1);
        }
        CHECK(db.execute("UPDATE t SET s = 'y' WHERE id > ?", 4) == 6);
        CHECK(db.execute("DELETE FROM t WHERE id = 77") == 0);
        CHECK(db.query("SELECT 1").changes() == 0);
        CHECK(db.query("DELETE FROM t WHERE id < 3 RETURNING id").size() == 2);
        // A cached statement lives through a change of the schema.
        CHECK(db.query("SELECT * FROM t").columns() == 2);
        db.execute("ALTER TABLE t ADD COLUMN more");
        CHECK(db.query("SELECT * FROM t").columns() == 3);
        CHECK(db.query("SELECT id FROM t WHERE 0").column_name(0) == "id");
    });
}

TEST_CASE("SQLite's errors have their codes, and leave the connection usable") {
    sio::run([] {
        Connection db({.path = ":memory:"});
        db.execute_script(
            "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p REFERENCES p); INSERT INTO p VALUES (1)");
        try {
            db.execute("INSERT INTO p VALUES (?)", 1);
            FAIL("the id is taken");
        } catch (const sio::sqlite::Error& error) {
            CHECK(error.code() == SQLITE_CONSTRAINT);
            CHECK(error.extended_code() == SQLITE_CONSTRAINT_PRIMARYKEY);
            CHECK(std::string(error.what()).find("UNIQUE constraint failed: p.id: INSERT INTO p") == 0);
        }
        try {
            db.execute("INSERT INTO c VALUES (2)");
            FAIL("there is no such parent");
        } catch (const sio::sqlite::Error& error) {
            CHECK(error.extended_code() == SQLITE_CONSTRAINT_FOREIGNKEY);
        }
        CHECK_THROWS_AS(db.query("SELEC 1"), sio::sqlite::Error);
        CHECK_THROWS_AS(db.query("SELECT ?, ?", 1), sio::Error);
        CHECK_THROWS_AS(db.query("SELECT 1; SELECT 2"), sio::Error);
        CHECK_THROWS_AS(db.query("  -- nothing"), sio::Error);
        CHECK_THROWS_AS(db.query(std::string_view("SELECT 1\0", 9)), sio::Error);
        CHECK_THROWS_AS(db.execute_script(std::string("\0", 1)), sio::Error);
        CHECK(db.query("SELECT 1; -- one").value<int>() == 1);
        CHECK_THROWS_AS(db.execute_script("INSERT INTO p VALUES (5); INSERT INTO p VALUES (5)"), sio::sqlite::Error);
        CHECK(db.query("SELECT count(*) FROM p").value<int>() == 2);
        CHECK_THROWS_WITH_AS(Connection({.path = "/nonexistent/x.db"}), doctest::Contains("/nonexistent/x.db"),
                             sio::sqlite::Error);
    });
}

TEST_CASE("a transaction is all or nothing, and an inner one as well") {
    sio::run([] {
        Connection db({.path = ":memory:"});
        db.execute("CREATE TABLE t (i)");
        const auto count = [&] { return db.query("SELECT count(*) FROM t").value<int>(); };
        CHECK(db.transaction([](Connection& c) { return c.execute("INSERT INTO t VALUES (1)"); }) == 1);
        CHECK_THROWS_AS(db.transaction([](Connection& c) {
            c.execute("INSERT INTO t VALUES (2)");
            throw std::runtime_error("no");
        }),
                        std::runtime_error);
        CHECK(count() == 1);
        db.transaction([&](Connection& c) {
            c.execute("INSERT INTO t VALUES (3)");
            for (int i = 0; i < 2; ++i) {
                CHECK_THROWS_AS(db.transaction([](Connection& inner) {
                    inner.execute("INSERT INTO t VALUES (4)");
                    throw std::runtime_error("no");
                }),
                                std::runtime_error);
            }
            db.transaction([](Connection& inner) { inner.execute("INSERT INTO t VALUES (5)"); });
            CHECK_FALSE(db.reusable());
        });
        CHECK(count() == 3);
        CHECK(db.reusable());
    });
}

TEST_CASE("a killed greenlet's statement is interrupted, and the connection goes on") {
    sio::run([] {
        const auto endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT sum(i) FROM n";
        Connection db({.path = ":memory:"});
        db.execute("CREATE TABLE t (i)");
        auto killed = sio::spawn([&] {
            db.transaction([&](Connection& c) {
                c.execute("INSERT INTO t VALUES (1)");
                c.query(endless);
            });
        });
        sio::sleep(20ms);
        CHECK_THROWS_AS(db.query("SELECT 1"), sio::Error);  // it is in use
        killed.kill();
        CHECK(db.reusable());
        CHECK(db.query("SELECT count(*) FROM t").value<int>() == 0);

        CHECK_FALSE(sio::with_timeout(20ms, [&] { db.query(endless); }));
        CHECK(db.query("SELECT 1").value<int>() == 1);

        // Killed outside of a statement.
        auto asleep = sio::spawn([&] {
            db.transaction([&](Connection& c) {
                c.execute("INSERT INTO t VALUES (1)");
                sio::sleep(1h);
            });
        });
        while (db.reusable()) sio::sleep(1ms);
        sio::sleep(5ms);
        asleep.kill();
        CHECK(db.reusable());
        CHECK(db.query("SELECT count(*) FROM t").value<int>() == 0);
    });
}

TEST_CASE("a transaction that SQLite has rolled back by itself does not go on as if nothing were") {
    sio::run([] {
        Connection db({.path = ":memory:"});
        db.execute_script("CREATE TABLE t (i UNIQUE ON CONFLICT ROLLBACK); INSERT INTO t VALUES (1)");
        CHECK_THROWS_AS(db.transaction([](Connection& c) {
            CHECK_THROWS_AS(c.execute("INSERT INTO t VALUES (1)"), sio::sqlite::Error);
            c.execute("INSERT INTO t VALUES (2)");  // would be on its own
        }),
                        sio::sqlite::Error);
        CHECK(db.query("SELECT count(*) FROM t").value<int>() == 1);
        CHECK(db.reusable());
    });
}

TEST_CASE("many rows come at once") {
    sio::run([] {
        Connection db({.path = ":memory:"});
        const auto rows = db.query(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000) SELECT i, 'x' FROM n");
        CHECK(rows.size() == 50'000);
        std::int64_t sum = 0;
        for (const auto& row : rows) sum += row.get<std::int64_t>(0);
        CHECK(sum == 50'000LL * 50'001 / 2);
    });
}

TEST_CASE("whenever a time limit comes, what a transaction says of itself is true") {
    const std::string path = "/tmp/sio-sqlite-interrupted-" + std::to_string(::getpid());
    struct Remove {
        const std::string& path;
        ~Remove() {
            for (const char* suffix : {"", "-wal", "-shm"}) ::unlink((path + suffix).c_str());
        }
    } const remove{path};
    sio::run([&] {
        Connection db({.path = path});
        db.execute_script("CREATE TABLE t (n INTEGER)");
        const auto holds = [&](int n) { return db.query("SELECT count(*) FROM t WHERE n = ?", n).value<int>() == 1; };
        for (int n = 0; n < 400; ++n) {
            bool begun = false;
            bool committed = false;
            // The limit is that of a greenlet that is killed while a thread is at one of the steps, whichever.
            auto writer = sio::spawn([&] {
                db.begin();
                begun = true;
                db.execute("INSERT INTO t VALUES (?)", n);
                if (n % 3 == 0) {
                    db.begin();
                    db.commit();
                }
                db.commit();
                committed = true;
            });
            for (int turn = 0; turn < n % 40; ++turn) sio::sleep(0ms);
            if (n % 2 == 0) sio::sleep(1ms);
            writer.kill();
            // An inner transaction may be open as well.
            for (int depth = 0; begun && !committed && depth < 2; ++depth) db.rollback();
            if (!begun) CHECK(db.reusable());
            REQUIRE(db.reusable());
            CHECK(holds(n) == committed);
        }
    });
}
