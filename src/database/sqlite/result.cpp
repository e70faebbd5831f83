#include <sio/sqlite/result.hpp>

#include "database/sqlite/column.hpp"

namespace sio::sqlite {

Value column_value(sqlite3_stmt* statement, int column) {
    const auto bytes = [&](const void* data) {
        // The size is asked for after the data, as SQLite wants it.
        const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
        return data ? std::string(static_cast<const char*>(data), size) : std::string();
    };
    switch (sqlite3_column_type(statement, column)) {
        case SQLITE_INTEGER: return Value(std::in_place_type<std::int64_t>, sqlite3_column_int64(statement, column));
        case SQLITE_FLOAT: return sqlite3_column_double(statement, column);
        case SQLITE_TEXT: return bytes(sqlite3_column_text(statement, column));
        case SQLITE_BLOB: return Binary(bytes(sqlite3_column_blob(statement, column)));
        default: return std::monostate();
    }
}

std::optional<bool> Result::boolean(std::size_t row, std::size_t column) const noexcept {
    const auto value = integer(row, column);
    if (value == 0) return false;
    if (value == 1) return true;
    return std::nullopt;
}

std::optional<std::int64_t> Result::integer(std::size_t row, std::size_t column) const noexcept {
    if (const auto* value = std::get_if<std::int64_t>(&at(row, column))) return *value;
    return std::nullopt;
}

std::optional<double> Result::real(std::size_t row, std::size_t column) const noexcept {
    if (const auto* value = std::get_if<double>(&at(row, column))) return *value;
    if (const auto value = integer(row, column)) return static_cast<double>(*value);
    return std::nullopt;
}

std::optional<std::string_view> Result::text(std::size_t row, std::size_t column) const noexcept {
    if (const auto* value = std::get_if<std::string>(&at(row, column))) return *value;
    return std::nullopt;
}

std::optional<Binary> Result::bytes(std::size_t row, std::size_t column) const {
    if (const auto* value = std::get_if<Binary>(&at(row, column))) return *value;
    return std::nullopt;
}

std::string Result::describe(std::size_t row, std::size_t column) const {
    struct Description {
        std::string operator()(std::monostate) const { return "NULL"; }
        std::string operator()(std::int64_t value) const { return "the integer " + std::to_string(value); }
        std::string operator()(double value) const { return "the number " + std::to_string(value); }
        std::string operator()(const std::string& value) const { return "the text '" + value.substr(0, 40) + "'"; }
        std::string operator()(const Binary& value) const { return std::to_string(value.size()) + " bytes"; }
    };
    return std::visit(Description(), at(row, column));
}

}  // namespace sio::sqlite
