// PostgreSQL: kills and limits in the middle of a query, lost connections, the pool, Listener.

#include <sio/postgres.hpp>

#include <doctest/doctest.h>
#include <sio/connection_pool.hpp>
#include <sio/greenlet.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/postgres_server.hpp"

using namespace std::chrono_literals;
using sio::postgres::Connection;
using sio::postgres::Listener;
using Pool = sio::ConnectionPool<Connection>;

namespace {

sio::test::PostgresServer& server() { return sio::test::PostgresServer::instance(); }

Connection open_one() { return Connection(server().url()); }

/// Statements with this comment that run on the server.
int running(Connection& db, const std::string& comment) {
    return db
        .query(
            "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE $1 AND pid <> "
            "pg_backend_pid()",
            "%" + comment + "%")
        .value<int>();
}

}  // namespace

TEST_CASE("a killed greenlet's query ends on the server as well, and its connection is replaced") {
    sio::run([] {
        Connection watcher = open_one();
        Pool pool(open_one, {.size = 1});
        auto killed =
            sio::spawn([&] { pool.with([](Connection& db) { db.query("SELECT pg_sleep(600) /* killed */"); }); });
        while (running(watcher, "/* killed */") == 0) sio::sleep(1ms);
        killed.kill();
        CHECK_FALSE(killed.successful());
        CHECK(pool.stats().in_use == 0);
        CHECK(pool.stats().idle == 0);
        while (running(watcher, "/* killed */") > 0) sio::sleep(1ms);
        CHECK(pool.with([](Connection& db) { return db.query("SELECT 1").value<int>(); }) == 1);
    });
}

TEST_CASE("a limit that passes in the middle of a query ends it, too") {
    sio::run([] {
        Connection watcher = open_one();
        Connection db = open_one();
        CHECK_FALSE(sio::with_timeout(20ms, [&] { db.query("SELECT pg_sleep(600) /* limited */"); }));
        CHECK_FALSE(db.is_open());
        while (running(watcher, "/* limited */") > 0) sio::sleep(1ms);
        // In a pipeline as well.
        Connection other = open_one();
        sio::postgres::Pipeline pipeline;
        pipeline.query("SELECT pg_sleep(600) /* piped */");
        CHECK_FALSE(sio::with_timeout(20ms, [&] { pipeline.run(other); }));
        while (running(watcher, "/* piped */") > 0) sio::sleep(1ms);
    });
}

TEST_CASE("a transaction whose greenlet is killed is rolled back") {
    sio::run([] {
        Connection watcher = open_one();
        watcher.execute_script("DROP TABLE IF EXISTS killed; CREATE TABLE killed (i int)");
        Pool pool(open_one, {.size = 1});
        bool inserted = false;
        auto killed = sio::spawn([&] {
            pool.transaction([&](Connection& db) {
                db.execute("INSERT INTO killed VALUES (1)");
                inserted = true;
                sio::sleep(1h);
            });
        });
        while (!inserted) sio::sleep(1ms);
        killed.kill();
        // The lock is free as soon as the server has noticed.
        watcher.transaction([](Connection& db) {
            db.execute("LOCK TABLE killed");
            CHECK(db.query("SELECT count(*) FROM killed").value<int>() == 0);
        });
    });
}

TEST_CASE("two hundred greenlets share five connections to PostgreSQL") {
    sio::run([] {
        Pool pool(open_one, {.size = 5, .acquire_timeout = sio::forever});
        pool.with([](Connection& db) { db.execute_script("DROP TABLE IF EXISTS sums; CREATE TABLE sums (i int)"); });
        std::vector<sio::AnyGreenlet> all;
        for (int i = 0; i < 200; ++i) {
            all.push_back(sio::spawn([&, i] {
                const bool fails = i % 4 == 0;
                try {
                    pool.transaction([&](Connection& db) {
                        db.execute("INSERT INTO sums VALUES ($1)", i);
                        if (fails) throw std::runtime_error("no");
                    });
                } catch (const std::runtime_error&) {
                    CHECK(fails);
                }
            }));
        }
        sio::joinall(all, sio::forever, true);
        const auto rows = pool.with([](Connection& db) { return db.query("SELECT count(*), sum(i) FROM sums"); });
        CHECK(rows.front().get<int>(0) == 150);
        CHECK(rows.front().get<int>(1) == 199 * 200 / 2 - 4 * (49 * 50 / 2));
        CHECK(pool.stats().idle == 5);
    });
}

TEST_CASE("what was left in the middle of a transaction is not lent again") {
    sio::run([] {
        Pool pool(open_one, {.size = 1});
        const int first = pool.with([](Connection& db) {
            db.execute("BEGIN");
            return db.backend_pid();
        });
        CHECK(pool.stats().idle == 0);
        CHECK(pool.acquire()->backend_pid() != first);
    });
}

TEST_CASE("the pool notices that the server has hung up, without asking it") {
    sio::run([] {
        Connection other = open_one();
        Pool pool(open_one, {.size = 1, .check_after = sio::forever});
        const int pid = pool.acquire()->backend_pid();
        other.query("SELECT pg_terminate_backend($1, 60000)", pid);
        CHECK(pool.with([](Connection& db) { return db.query("SELECT 1").value<int>(); }) == 1);
        CHECK(pool.acquire()->backend_pid() != pid);
    });
}

TEST_CASE("a connection that is lost in the middle of a query says so") {
    sio::run([] {
        Connection other = open_one();
        Connection db = open_one();
        auto query = sio::spawn([&] { db.query("SELECT pg_sleep(600) /* lost */"); });
        while (running(other, "/* lost */") == 0) sio::sleep(1ms);
        other.query("SELECT pg_terminate_backend($1, 60000)", db.backend_pid());
        try {
            query.get();
            FAIL("the connection was lost");
        } catch (const sio::postgres::Error& error) {
            CHECK(error.is_connection_failure());
            CHECK(error.sqlstate() == "57P01");
        }
        CHECK_FALSE(db.is_open());
    });
}

TEST_CASE("a connection that is closed by another greenlet ends its query") {
    sio::run([] {
        Connection other = open_one();
        Connection db = open_one();
        auto query = sio::spawn([&] { db.query("SELECT pg_sleep(600) /* closed */"); });
        while (running(other, "/* closed */") == 0) sio::sleep(1ms);
        db.close();
        CHECK_THROWS_AS(query.get(), sio::postgres::Error);
        CHECK_FALSE(db.is_open());
        db.close();
        while (running(other, "/* closed */") > 0) sio::sleep(1ms);
    });
}

TEST_CASE("a listener hears its channels, in order, and no others") {
    sio::run([] {
        Listener listener(server().url(), {"jobs"});
        Connection db = open_one();
        CHECK_FALSE(listener.next(0ms));
        CHECK_FALSE(listener.next(5ms));
        db.execute_script("NOTIFY jobs, 'one'; NOTIFY others, 'no'; NOTIFY jobs, 'two'");
        auto heard = listener.next();
        REQUIRE(heard);
        CHECK(heard->channel == "jobs");
        CHECK(heard->payload == "one");
        CHECK(heard->sender == db.backend_pid());
        CHECK_FALSE(heard->gap);
        CHECK(listener.next()->payload == "two");

        listener.listen("Odd \"name\"");
        listener.unlisten("jobs");
        db.execute("NOTIFY jobs, 'no'");
        auto waiting = sio::spawn([&] { return listener.next(); });
        sio::sleep(5ms);
        CHECK_THROWS_AS(listener.next(), sio::Error);  // in use
        db.query("SELECT pg_notify($1, $2)", "Odd \"name\"", "yes");
        CHECK(waiting.get()->payload == "yes");
        // Nor does a connection that happens to listen gather them.
        db.execute("LISTEN jobs");
        db.execute("NOTIFY jobs");
        CHECK(db.reusable());
    });
}

TEST_CASE("a listener that waits can be killed and used by another greenlet") {
    sio::run([] {
        Listener listener(server().url(), {"jobs"}, {.check_every = 1ms});
        for (int i = 0; i < 20; ++i) {
            auto waiting = sio::spawn([&] { listener.next(); });
            sio::sleep(1ms);
            waiting.kill();  // perhaps in the middle of a check, which costs the connection
        }
        Connection db = open_one();
        db.execute("NOTIFY jobs, 'here'");
        auto heard = listener.next();
        if (heard->gap) {
            db.execute("NOTIFY jobs, 'here'");
            heard = listener.next();
        }
        CHECK(heard->payload == "here");
    });
}

TEST_CASE("a server that restarts is found again by pool and listener, which tells of the gap") {
    sio::run([] {
        Listener listener(server().url(), {"jobs"}, {.first_pause = 5ms, .longest_pause = 50ms});
        Pool pool(open_one, {.size = 3});
        {
            const auto first = pool.acquire();
            const auto second = pool.acquire();
        }
        CHECK(pool.stats().idle == 2);
        sio::offload([] { server().stop(); });
        while (listener.backend_pid() != 0) CHECK_FALSE(listener.next(20ms));
        CHECK_THROWS_AS(pool.with([](Connection& db) { db.query("SELECT 1"); }), sio::postgres::Error);
        sio::offload([] { server().start(); });
        CHECK(pool.with([](Connection& db) { return db.query("SELECT 1").value<int>(); }) == 1);
        const auto gap = listener.next();
        REQUIRE(gap);
        CHECK(gap->gap);
        pool.with([](Connection& db) { db.execute("NOTIFY jobs, 'again'"); });
        CHECK(listener.next()->payload == "again");
    });
}

TEST_CASE("a pool that many greenlets use while the server restarts recovers") {
    sio::run([] {
        Pool pool(open_one, {.size = 4, .acquire_timeout = sio::forever});
        bool over = false;
        std::vector<sio::AnyGreenlet> all;
        int failures = 0;
        int successes = 0;
        for (int i = 0; i < 8; ++i) {
            all.push_back(sio::spawn([&] {
                while (!over) {
                    try {
                        pool.with([](Connection& db) { db.query("SELECT 1"); });
                        ++successes;
                    } catch (const sio::postgres::Error& error) {
                        CHECK(error.is_connection_failure());
                        ++failures;
                        sio::sleep(1ms);
                    }
                }
            }));
        }
        while (successes < 20) sio::sleep(1ms);
        sio::offload([] { server().restart(); });
        for (const int before = successes; successes < before + 20;) sio::sleep(1ms);
        over = true;
        sio::joinall(all, sio::forever, true);
        CHECK(pool.stats().in_use == 0);
        CHECK(pool.stats().waiting == 0);
    });
}
