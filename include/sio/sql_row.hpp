#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <sio/binary.hpp>
#include <sio/error.hpp>

namespace sio {

namespace detail {

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};

/// Throws Error(errc::invalid_value): `value` is no `wanted`.
[[noreturn]] void throw_sql_mismatch(std::size_t column, std::string_view name, const std::string& value,
                                     std::string_view wanted);

}  // namespace detail

/// One row of a `Result` (sqlite::Result, postgres::Result): valid as long as that.
///
/// get() reads a column, by its number from 0 or by its name, as
/// - `bool`, an integer type, `float` or `double`: throws when the value is of another type or does not fit. SQLite has no
///   truth values: there, 0 and 1 are read as such;
/// - `std::string` or `std::string_view` (valid as long as the result): text; of PostgreSQL, any type as the server
///   writes it;
/// - `sio::Binary`: SQLite's blob, PostgreSQL's bytea;
/// - `std::optional` of those: nothing for NULL, which is an error for all others.
///
/// Errors: Error(errc::invalid_value), whose text names the column, its value and what was wanted. Among columns that have
/// the same name, the first counts.
template <class Result>
class SqlRow {
public:
    SqlRow(const Result& result, std::size_t index) noexcept : result_(&result), index_(index) {}

    template <class T>
    T get(std::size_t column) const {
        const bool null = is_null(column);
        if constexpr (detail::IsOptional<T>::value) {
            if (null) return std::nullopt;
            return read<typename T::value_type>(column);
        } else {
            if (null) mismatch(column, "a value (read it as std::optional)");
            return read<T>(column);
        }
    }
    template <class T>
    T get(std::string_view name) const {
        return get<T>(result_->column(name));
    }
    /// The first columns at once: `auto [id, name] = row.as<std::int64_t, std::string>();`
    template <class... T>
    std::tuple<T...> as() const {
        return [this]<std::size_t... column>(std::index_sequence<column...>) {
            return std::tuple<T...>{get<T>(column)...};
        }(std::index_sequence_for<T...>{});
    }

    bool is_null(std::size_t column) const {
        if (column >= size()) throw Error(errc::invalid_value, "there is no column " + std::to_string(column));
        return result_->is_null(index_, column);
    }
    bool is_null(std::string_view name) const { return is_null(result_->column(name)); }
    /// How many columns there are.
    std::size_t size() const noexcept { return result_->columns(); }

private:
    template <class T>
    T read(std::size_t column) const {
        if constexpr (std::same_as<T, bool>) {
            return expect(column, result_->boolean(index_, column), "a truth value");
        } else if constexpr (std::integral<T>) {
            const std::int64_t value = expect(column, result_->integer(index_, column), "an integer");
            if (!std::in_range<T>(value)) mismatch(column, "an integer of " + std::to_string(sizeof(T)) + " bytes");
            return static_cast<T>(value);
        } else if constexpr (std::floating_point<T>) {
            return static_cast<T>(expect(column, result_->real(index_, column), "a number"));
        } else if constexpr (std::same_as<T, std::string> || std::same_as<T, std::string_view>) {
            return T(expect(column, result_->text(index_, column), "text"));
        } else {
            static_assert(std::same_as<T, Binary>, "a column is read as bool, a number, text, Binary or std::optional");
            return expect(column, result_->bytes(index_, column), "bytes");
        }
    }

    template <class T>
    T expect(std::size_t column, std::optional<T> value, std::string_view wanted) const {
        if (!value) mismatch(column, wanted);
        return *std::move(value);
    }
    [[noreturn]] void mismatch(std::size_t column, std::string_view wanted) const {
        detail::throw_sql_mismatch(column, result_->column_name(column), result_->describe(index_, column), wanted);
    }

    const Result* result_;
    std::size_t index_;
};

}  // namespace sio
