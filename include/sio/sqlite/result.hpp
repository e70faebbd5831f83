#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <sio/binary.hpp>
#include <sio/detail/sql_rows.hpp>

namespace sio::sqlite {

/// What SQLite stores: NULL, INTEGER, REAL, TEXT, BLOB.
using Value = std::variant<std::monostate, std::int64_t, double, std::string, Binary>;

/// The rows of a statement, all of them in memory: a range of Row. A value; rows refer to it.
///
/// A column is read as the type that the value has; an INTEGER may be read as `double` as well, 0 and 1 as `bool`.
class Result : public detail::SqlRows<Result> {
public:
    /// Rows.
    std::size_t size() const noexcept { return names_.empty() ? 0 : values_.size() / names_.size(); }
    std::size_t columns() const noexcept { return names_.size(); }
    std::string_view column_name(std::size_t column) const noexcept { return names_[column]; }
    /// Rows that an INSERT, UPDATE or DELETE changed, without those that triggers and foreign keys did; otherwise 0.
    std::int64_t changes() const noexcept { return changes_; }
    /// The rowid of the connection's last INSERT.
    std::int64_t last_insert_id() const noexcept { return last_insert_id_; }

    const Value& at(std::size_t row, std::size_t column) const noexcept {
        return values_[row * names_.size() + column];
    }

    // For SqlRow.
    bool is_null(std::size_t row, std::size_t column) const noexcept { return at(row, column).index() == 0; }
    std::optional<bool> boolean(std::size_t row, std::size_t column) const noexcept;
    std::optional<std::int64_t> integer(std::size_t row, std::size_t column) const noexcept;
    std::optional<double> real(std::size_t row, std::size_t column) const noexcept;
    std::optional<std::string_view> text(std::size_t row, std::size_t column) const noexcept;
    std::optional<Binary> bytes(std::size_t row, std::size_t column) const;
    std::string describe(std::size_t row, std::size_t column) const;

private:
    friend class Database;

    std::vector<std::string> names_;
    std::vector<Value> values_;  // row by row
    std::int64_t changes_ = 0;
    std::int64_t last_insert_id_ = 0;
};

using Row = Result::Row;

}  // namespace sio::sqlite
