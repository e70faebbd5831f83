#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <sio/binary.hpp>
#include <sio/detail/sql_rows.hpp>

struct pg_result;

namespace sio::postgres {

/// The rows of a statement, all of them in memory: a range of Row. Rows refer to it.
///
/// The server writes values as text, so that any type can be read as a string, as psql shows it: numbers without loss,
/// timestamps, json, arrays, ... Integers and numbers are parsed when they are read as such, `bytea` is decoded.
class Result : public detail::SqlRows<Result> {
public:
    /// No rows and no columns.
    Result() noexcept = default;

    /// Rows.
    std::size_t size() const noexcept { return rows_; }
    std::size_t columns() const noexcept { return columns_; }
    std::string_view column_name(std::size_t column) const noexcept;
    /// Rows that the statement changed, or returned.
    std::int64_t affected() const noexcept;
    /// "INSERT 0 1", "UPDATE 3", "SELECT 5", ...
    std::string_view command_tag() const noexcept;

    // For SqlRow.
    bool is_null(std::size_t row, std::size_t column) const noexcept;
    std::optional<bool> boolean(std::size_t row, std::size_t column) const noexcept;
    std::optional<std::int64_t> integer(std::size_t row, std::size_t column) const noexcept;
    std::optional<double> real(std::size_t row, std::size_t column) const noexcept;
    std::optional<std::string_view> text(std::size_t row, std::size_t column) const noexcept;
    std::optional<Binary> bytes(std::size_t row, std::size_t column) const;
    std::string describe(std::size_t row, std::size_t column) const;

    /// For sio itself: takes over what libpq has returned.
    explicit Result(pg_result* result) noexcept;

private:
    struct Clear {
        void operator()(pg_result* result) const noexcept;
    };

    std::string_view cell(std::size_t row, std::size_t column) const noexcept;

    std::unique_ptr<pg_result, Clear> result_;
    std::size_t rows_ = 0;
    std::size_t columns_ = 0;
};

using Row = Result::Row;

}  // namespace sio::postgres
