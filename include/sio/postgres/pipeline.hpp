#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include <sio/postgres/connection.hpp>

namespace sio::postgres {

/// Queries that go to the server together and come back together: one round trip for all of them.
///
///     sio::postgres::Pipeline pipeline;
///     pipeline.query("INSERT INTO visits (who) VALUES ($1)", who);
///     pipeline.query("SELECT count(*) FROM visits");
///     auto outcomes = pipeline.run(db);
///     auto visits = outcomes[1].get().value<int>();
///
/// A value; nothing is sent before run(). Threads: any, one at a time.
class Pipeline {
public:
    /// What a failed query does to the others.
    enum class Failure {
        /// All are one transaction (unless they say BEGIN and COMMIT themselves): the failure undoes those before, and those
        /// behind are not executed.
        ends_all,
        /// Each is a transaction of its own.
        is_its_own,
    };

    /// The result of a query, or why there is none.
    class Outcome {
    public:
        explicit Outcome(Result result) noexcept : value_(std::move(result)) {}
        explicit Outcome(Error error) noexcept : value_(std::move(error)) {}

        bool ok() const noexcept { return value_.index() == 0; }
        /// Throws the error.
        const Result& get() const {
            if (const Error* failed = error()) throw Error(*failed);
            return std::get<Result>(value_);
        }
        /// Null when there is none. A query that was not executed because of an earlier one has SQLSTATE 25P02.
        const Error* error() const noexcept { return std::get_if<Error>(&value_); }

    private:
        std::variant<Result, Error> value_;
    };

    explicit Pipeline(Failure failure = Failure::ends_all);
    Pipeline(Pipeline&&) noexcept;
    Pipeline& operator=(Pipeline&&) noexcept;
    ~Pipeline();

    /// Adds a query, whose parameters are copied. Throws Error(errc::invalid_value) for a parameter that cannot be sent.
    template <class... Values>
    void query(std::string_view sql, const Values&... values) {
        add(sql, std::array<SqlParameter, sizeof...(Values)>{SqlParameter(values)...});
    }
    void add(std::string_view sql, std::span<const SqlParameter> parameters);
    std::size_t size() const noexcept;

    /// Sends all queries, and blocks until all answers are there: an outcome for each, in their order. The pipeline is
    /// empty afterwards. In a transaction() of the connection they are part of that. Throws what a query of the connection
    /// throws when there is no connection (any more).
    std::vector<Outcome> run(Connection& connection);

private:
    struct Query;
    Failure failure_;
    std::vector<Query> queries_;
};

}  // namespace sio::postgres
