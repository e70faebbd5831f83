#include <sio/postgres/pipeline.hpp>

#include <string>
#include <utility>

#include "database/postgres/exchange.hpp"
#include "database/postgres/parameters.hpp"
#include "database/postgres/server_error.hpp"
#include "database/postgres/session.hpp"

namespace sio::postgres {

struct Pipeline::Query {
    std::string sql;
    Parameters parameters;
};

namespace {

Pipeline::Outcome outcome_of(ResultHandle result) {
    switch (PQresultStatus(result.get())) {
        case PGRES_PIPELINE_ABORTED: {
            Error::Fields fields;
            fields.severity = "ERROR";
            fields.sqlstate = "25P02";
            return Pipeline::Outcome(Error("not executed: an earlier query of the pipeline failed", std::move(fields)));
        }
        case PGRES_FATAL_ERROR:
        case PGRES_BAD_RESPONSE: return Pipeline::Outcome(error_of(result.get()));
        case PGRES_COPY_IN:
        case PGRES_COPY_OUT:
        case PGRES_COPY_BOTH: throw sio::Error(errc::unsupported, "COPY is not supported by sio::postgres");
        default: return Pipeline::Outcome(Result(result.release()));
    }
}

/// The next result, which there must be.
ResultHandle expect_result(Session& session) {
    ResultHandle result = session.next_result();
    if (PQstatus(session.handle()) == CONNECTION_BAD) throw error_of(session.handle(), "08006");
    if (!result) throw error_of(session.handle(), "08P01");
    return result;
}

}  // namespace

Pipeline::Pipeline(Failure failure) : failure_(failure) {}
Pipeline::Pipeline(Pipeline&&) noexcept = default;
Pipeline& Pipeline::operator=(Pipeline&&) noexcept = default;
Pipeline::~Pipeline() = default;

void Pipeline::add(std::string_view sql, std::span<const SqlParameter> parameters) {
    queries_.push_back({terminated(sql), Parameters(parameters)});
}

std::size_t Pipeline::size() const noexcept { return queries_.size(); }

std::vector<Pipeline::Outcome> Pipeline::run(Connection& connection) {
    const auto queries = std::exchange(queries_, {});
    std::vector<Outcome> outcomes;
    if (queries.empty()) return outcomes;
    outcomes.reserve(queries.size());

    Session& session = *connection.session_;
    Session::Exchange exchange(session);
    PGconn* handle = session.handle();
    // Where the server begins a new transaction, and goes on after a failure.
    const auto ends_transaction = [&](const Query& query) {
        return failure_ == Failure::is_its_own || &query == &queries.back();
    };

    session.check_sent(PQenterPipelineMode(handle));
    for (const Query& query : queries) {
        session.check_sent(PQsendQueryParams(handle, query.sql.c_str(), query.parameters.count(),
                                             query.parameters.types(), query.parameters.values(),
                                             query.parameters.lengths(), query.parameters.formats(), 0));
        if (ends_transaction(query)) session.check_sent(PQpipelineSync(handle));
    }
    session.flush();
    for (const Query& query : queries) {
        outcomes.push_back(outcome_of(expect_result(session)));
        while (session.next_result()) {
        }
        if (ends_transaction(query)) expect_result(session);  // PGRES_PIPELINE_SYNC
    }
    session.check_sent(PQexitPipelineMode(handle));
    exchange.end();
    return outcomes;
}

}  // namespace sio::postgres
