// postgres::Pipeline against a server.

#include <sio/postgres.hpp>

#include <doctest/doctest.h>
#include <sio/greenlet.hpp>

#include <string>

#include "support/postgres_server.hpp"

using sio::postgres::Connection;
using sio::postgres::Pipeline;

namespace {

std::string url() { return sio::test::PostgresServer::instance().url(); }

}  // namespace

TEST_CASE("a pipeline brings each query's result, in order") {
    sio::run([] {
        Connection db(url());
        Pipeline pipeline;
        CHECK(pipeline.run(db).empty());
        pipeline.query("CREATE TEMP TABLE t (i int, s text)");
        for (int i = 0; i < 100; ++i) pipeline.query("INSERT INTO t VALUES ($1, $2)", i, std::to_string(i));
        pipeline.query("SELECT sum(i), max(s) FROM t");
        CHECK(pipeline.size() == 102);
        const auto outcomes = pipeline.run(db);
        CHECK(pipeline.size() == 0);
        REQUIRE(outcomes.size() == 102);
        for (const auto& outcome : outcomes) CHECK(outcome.ok());
        CHECK(outcomes[50].get().affected() == 1);
        CHECK(outcomes[101].get().value<int>() == 4950);
        CHECK(outcomes[101].get().front().get<std::string>(1) == "99");
        CHECK(db.query("SELECT count(*) FROM t").value<int>() == 100);
        CHECK(db.reusable());
    });
}

TEST_CASE("a failure undoes the whole pipeline, or its own query only") {
    sio::run([] {
        Connection db(url());
        db.execute("CREATE TEMP TABLE t (i int)");
        const auto run = [&](Pipeline::Failure failure) {
            Pipeline pipeline(failure);
            pipeline.query("INSERT INTO t VALUES (1)");
            pipeline.query("INSERT INTO t VALUES ($1 / 0)", 1);
            pipeline.query("INSERT INTO t VALUES (3)");
            return pipeline.run(db);
        };
        auto outcomes = run(Pipeline::Failure::ends_all);
        CHECK(outcomes[0].ok());
        REQUIRE(outcomes[1].error());
        CHECK(outcomes[1].error()->sqlstate() == "22012");
        CHECK_THROWS_AS(outcomes[1].get(), sio::postgres::Error);
        REQUIRE(outcomes[2].error());
        CHECK(outcomes[2].error()->sqlstate() == "25P02");
        CHECK(db.query("SELECT count(*) FROM t").value<int>() == 0);

        outcomes = run(Pipeline::Failure::is_its_own);
        CHECK(outcomes[0].ok());
        CHECK_FALSE(outcomes[1].ok());
        CHECK(outcomes[2].ok());
        CHECK(db.query("SELECT count(*) FROM t").value<int>() == 2);
        CHECK(db.reusable());
    });
}

TEST_CASE("a pipeline belongs to the transaction in which it runs") {
    sio::run([] {
        Connection db(url());
        db.execute("CREATE TEMP TABLE t (i int)");
        CHECK_THROWS_AS(db.transaction([](Connection& c) {
            Pipeline pipeline;
            pipeline.query("INSERT INTO t VALUES (1)");
            pipeline.query("INSERT INTO t VALUES (2)");
            CHECK(pipeline.run(c)[1].ok());
            throw std::runtime_error("no");
        }),
                        std::runtime_error);
        CHECK(db.query("SELECT count(*) FROM t").value<int>() == 0);
    });
}

TEST_CASE("a pipeline may be larger than all buffers, in both directions") {
    sio::run([] {
        Connection db(url());
        const std::string much(100'000, 'm');
        Pipeline pipeline;
        for (int i = 0; i < 100; ++i) pipeline.query("SELECT $1::text", much);
        for (const auto& outcome : pipeline.run(db)) CHECK(outcome.get().value<std::string_view>() == much);
    });
}

TEST_CASE("COPY in a pipeline, and a server that hangs up, end the connection") {
    sio::run([] {
        {
            Connection db(url());
            Pipeline pipeline;
            pipeline.query("COPY pg_class TO STDOUT");
            CHECK_THROWS(pipeline.run(db));
            CHECK_FALSE(db.is_open());
        }
        Connection db(url());
        Pipeline pipeline;
        pipeline.query("SELECT 1");
        pipeline.query("SELECT pg_terminate_backend(pg_backend_pid())");
        pipeline.query("SELECT 2");
        CHECK_THROWS_AS(pipeline.run(db), sio::postgres::Error);
        CHECK_FALSE(db.is_open());
    });
}
