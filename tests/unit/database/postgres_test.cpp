// postgres::Connection against a server: statements, values, errors, transactions.

#include <sio/postgres.hpp>

#include <doctest/doctest.h>
#include <sio/greenlet.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "support/postgres_server.hpp"

using namespace std::chrono_literals;
using sio::postgres::Connection;

namespace {

sio::test::PostgresServer& server() { return sio::test::PostgresServer::instance(); }

/// The SQLSTATE of what `function` throws; empty when it does not.
template <class Function>
std::string sqlstate_of(Function&& function) {
    try {
        function();
    } catch (const sio::postgres::Error& error) {
        return error.sqlstate();
    }
    return "";
}

}  // namespace

TEST_CASE("values of each type go to PostgreSQL and come back") {
    sio::run([] {
        Connection db(server().url());
        const auto row_of = [&](auto... values) {
            return db.query("SELECT $1::bool, $2::int8, $3::float8, $4::text, $5::bytea, $6::text", values...);
        };
        const std::string text = "Zo\xc3\xab 'quoted' \\ \"\n";
        const sio::Binary bytes(std::string("\0\xff\\x", 4));
        const auto rows = row_of(true, std::numeric_limits<std::int64_t>::min(), 0.1, text, bytes, nullptr);
        REQUIRE(rows.size() == 1);
        const auto row = rows.front();
        CHECK(row.get<bool>(0));
        CHECK(row.get<std::int64_t>(1) == std::numeric_limits<std::int64_t>::min());
        CHECK(row.get<double>(2) == 0.1);
        CHECK(row.get<std::string>(3) == text);
        CHECK(row.get<sio::Binary>(4) == bytes);
        CHECK(row.is_null(5));
        CHECK(row.get<std::optional<std::string>>(5) == std::nullopt);

        const auto nulls = row_of(nullptr, nullptr, nullptr, nullptr, nullptr, nullptr);
        for (std::size_t i = 0; i < nulls.columns(); ++i) CHECK(nulls.front().is_null(i));
        const auto empty = row_of(false, 0, -0.0, "", sio::Binary(), std::optional<std::string>("x"));
        CHECK_FALSE(empty.front().get<bool>(0));
        CHECK(empty.front().get<std::string_view>(3).empty());
        CHECK(empty.front().get<sio::Binary>(4).empty());
        for (const double value : {1e308, std::numeric_limits<double>::denorm_min(), HUGE_VAL, -HUGE_VAL})
            CHECK(db.query("SELECT $1::float8", value).value<double>() == value);
        CHECK(std::isnan(db.query("SELECT $1::float8", std::nan("")).value<double>()));
        // Any type is read as the server writes it.
        CHECK(db.query("SELECT 12345678901234567890.5::numeric AS n").front().get<std::string>("n") ==
              "12345678901234567890.5");
        CHECK(db.query("SELECT $1::jsonb ->> 'a'", R"({"a": "b"})").value<std::string>() == "b");
        CHECK(db.query("SELECT array[1, 2]").value<std::string>() == "{1,2}");
    });
}

TEST_CASE("parameters take the type of the place where they stand") {
    sio::run([] {
        Connection db(server().url());
        db.execute_script(
            "CREATE TEMP TABLE t (small int2, normal int4, big int8, real float4, n numeric, b bool, d date)");
        CHECK(db.execute("INSERT INTO t VALUES ($1, $2, $3, $4, $5, $6, $7)", 1, 2, 3, 0.5, "4.25", true,
                         "2026-01-02") == 1);
        CHECK(db.query("SELECT * FROM t WHERE small = $1 AND n > $2 LIMIT $3", 1, 4, 10).size() == 1);
        CHECK(db.query("SELECT d FROM t").value<std::string>() == "2026-01-02");
        CHECK(sqlstate_of([&] { db.execute("INSERT INTO t (small) VALUES ($1)", 70'000); }) == "22003");
        CHECK(sqlstate_of([&] { db.query("SELECT $1::int4", "x"); }) == "22P02");
        std::vector<sio::SqlParameter> some(3, 7);
        CHECK(db.run("SELECT $1::int + $2::int + $3::int", some).value<int>() == 21);
    });
}

TEST_CASE("wrong input is refused before it is sent") {
    sio::run([] {
        Connection db(server().url());
        CHECK_THROWS_AS(db.query("SELECT $1::text", std::string("a\0b", 3)), sio::Error);
        CHECK_THROWS_AS(db.query(std::string_view("SELECT 1\0", 9)), sio::Error);
        CHECK_THROWS_AS(db.run("SELECT 1", std::vector<sio::SqlParameter>(70'000, 1)), sio::Error);
        CHECK(sqlstate_of([&] { db.query("SELECT $1::int", 1, 2); }) == "42P18");
        CHECK(sqlstate_of([&] { db.query("SELECT 1; SELECT 2"); }) == "42601");
        CHECK(db.query("").size() == 0);
        CHECK(db.query("SELECT 1").value<int>() == 1);
    });
}

TEST_CASE("a value that is read as something else is an error that says so") {
    sio::run([] {
        Connection db(server().url());
        const auto rows = db.query("SELECT 'abc' AS word, 300 AS number, NULL AS nothing");
        const auto row = rows.front();
        CHECK_THROWS_WITH_AS(row.get<int>("word"), "column 0 \"word\" is 'abc', not an integer", sio::Error);
        CHECK_THROWS_AS(row.get<std::int8_t>("number"), sio::Error);
        CHECK_THROWS_AS(row.get<bool>("number"), sio::Error);
        CHECK_THROWS_AS(row.get<sio::Binary>("word"), sio::Error);
        CHECK_THROWS_AS(row.get<int>("nothing"), sio::Error);
        CHECK(row.get<double>("number") == 300.0);
    });
}

TEST_CASE("the server's errors have their SQLSTATE and their details") {
    sio::run([] {
        Connection db(server().url());
        db.execute_script("CREATE TEMP TABLE people (id int PRIMARY KEY); INSERT INTO people VALUES (1)");
        try {
            db.execute("INSERT INTO people VALUES ($1)", 1);
            FAIL("the id is taken");
        } catch (const sio::postgres::Error& error) {
            CHECK(error.sqlstate() == "23505");
            CHECK(error.fields().severity == "ERROR");
            CHECK(error.fields().constraint == "people_pkey");
            CHECK(error.fields().table == "people");
            CHECK(error.fields().detail == "Key (id)=(1) already exists.");
            CHECK(std::string(error.what()).find("duplicate key value") == 0);
            CHECK_FALSE(error.is_connection_failure());
        }
        CHECK(sqlstate_of([&] { db.query("SELEC 1"); }) == "42601");
        CHECK(sqlstate_of([&] { db.query("SELECT 1 / 0"); }) == "22012");
        CHECK(sqlstate_of([&] { db.execute_script("SELECT 1; SELECT * FROM nowhere"); }) == "42P01");
        CHECK(db.reusable());
        CHECK_THROWS_AS(db.query("COPY people TO STDOUT"), sio::Error);
        CHECK_FALSE(db.is_open());
        CHECK_THROWS_AS(db.query("SELECT 1"), sio::Error);
    });
}

TEST_CASE("what leads nowhere is an error with SQLSTATE 08001") {
    sio::run([] {
        CHECK(sqlstate_of([] { Connection db("postgresql://sio@127.0.0.1:1/postgres"); }) == "08001");
        CHECK(sqlstate_of([] { Connection db("host=/nonexistent user=sio"); }) == "08001");
        CHECK(sqlstate_of([] { Connection db("host=name.invalid"); }) == "08001");
        CHECK_THROWS_AS(Connection("postgresql://[broken"), sio::Error);
        CHECK_THROWS_AS(Connection("no_such_setting=1"), sio::Error);
        CHECK(sqlstate_of([] { Connection db(server().url() + "_of_nobody"); }) == "08001");
    });
}

TEST_CASE("a connection goes by Unix socket, by name, and by the first of several hosts that answers") {
    sio::run([] {
        CHECK(Connection(server().by_socket()).query("SELECT 1").value<int>() == 1);
        const std::string rest = " user=sio dbname=postgres";
        CHECK(Connection("host=localhost port=" + server().port() + rest).query("SELECT 1").value<int>() == 1);
        Connection second("host=127.0.0.1,localhost port=1," + server().port() + rest);
        CHECK(second.query("SELECT 1").value<int>() == 1);
        Connection third("postgresql://sio@name.invalid:1,localhost:" + server().port() + "/postgres");
        CHECK(third.query("SELECT 1").value<int>() == 1);
        CHECK(third.backend_pid() != second.backend_pid());
    });
}

TEST_CASE("statements are prepared once, and again when the schema has changed") {
    sio::run([] {
        sio::postgres::ConnectOptions options(server().url());
        options.statement_cache = 2;
        Connection db(options);
        db.execute_script("CREATE TEMP TABLE t (a int); INSERT INTO t VALUES (1)");
        const auto prepared = [&] { return db.query("SELECT count(*) FROM pg_prepared_statements").value<int>(); };
        for (int i = 0; i < 3; ++i) CHECK(db.query_prepared("SELECT $1::int + 1", i).value<int>() == i + 1);
        CHECK(prepared() == 1);
        CHECK(db.query_prepared("SELECT * FROM t").columns() == 1);
        db.execute("ALTER TABLE t ADD COLUMN b int");
        CHECK(db.query_prepared("SELECT * FROM t").columns() == 2);
        CHECK(db.query_prepared("SELECT 3").value<int>() == 3);
        CHECK(prepared() == 2);
        db.execute("DEALLOCATE ALL");
        CHECK(db.query_prepared("SELECT 3").value<int>() == 3);
        CHECK(sqlstate_of([&] { db.query_prepared("SELEC"); }) == "42601");
        CHECK(sqlstate_of([&] { db.query_prepared("SELECT 1 / $1::int", 0); }) == "22012");
        CHECK(db.query_prepared("SELECT 4 / $1::int", 2).value<int>() == 2);
    });
}

TEST_CASE("a transaction is all or nothing, and an inner one as well, in PostgreSQL") {
    sio::run([] {
        Connection db(server().url());
        db.execute("CREATE TEMP TABLE t (i int)");
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
            CHECK_FALSE(db.reusable());
            CHECK(sqlstate_of([&] {
                      db.transaction([](Connection& inner) {
                          inner.execute("INSERT INTO t VALUES (4)");
                          inner.query("SELECT 1 / 0");
                      });
                  }) == "22012");
            db.transaction([](Connection& inner) { inner.execute("INSERT INTO t VALUES (5)"); });
        });
        CHECK(count() == 3);
        CHECK(db.reusable());
    });
}

TEST_CASE("a transaction whose failure was overlooked is not taken for committed") {
    sio::run([] {
        Connection db(server().url());
        const auto overlooks = [](Connection& c) {
            try {
                c.query("SELECT 1 / 0");
            } catch (const sio::postgres::Error&) {
            }
        };
        CHECK(sqlstate_of([&] { db.transaction(overlooks); }) == "25P02");
        CHECK(db.reusable());
        // A constraint that is checked at the end makes COMMIT itself fail.
        db.execute("CREATE TEMP TABLE u (i int UNIQUE DEFERRABLE INITIALLY DEFERRED)");
        CHECK(sqlstate_of([&] { db.transaction([](Connection& c) { c.execute("INSERT INTO u VALUES (1), (1)"); }); }) ==
              "23505");
        CHECK(db.reusable());
    });
}

TEST_CASE("a big result comes whole, while others run") {
    sio::run([] {
        Connection db(server().url());
        int turns = 0;
        auto other = sio::spawn([&] {
            for (;; ++turns) sio::sleep(1ms);
        });
        const auto rows = db.query("SELECT i, repeat('x', 100) FROM generate_series(1, 100000) AS i");
        CHECK(rows.size() == 100'000);
        CHECK(rows[99'999].get<int>(0) == 100'000);
        CHECK(turns > 0);
        const std::string big(8'000'000, 'b');
        CHECK(db.query("SELECT $1::text", big).value<std::string_view>() == big);
        other.kill();
    });
}

TEST_CASE("one connection is for one greenlet at a time") {
    sio::run([] {
        Connection db(server().url());
        auto sleeper = sio::spawn([&] { db.query("SELECT pg_sleep(60)"); });
        while (db.reusable()) sio::sleep(1ms);
        try {
            db.query("SELECT 1");
            FAIL("it is in use");
        } catch (const sio::Error& error) {
            CHECK(error.code() == sio::errc::in_use);
        }
        CHECK(db.is_open());
        sleeper.kill();
    });
}
