#pragma once

#include <compare>
#include <cstddef>
#include <iterator>
#include <string_view>

#include <sio/error.hpp>
#include <sio/sql_row.hpp>

namespace sio::detail {

/// Throws Error(errc::invalid_value): there is no such column.
[[noreturn]] void throw_no_column(std::string_view name);

/// The base of results: a random-access range of rows. `Result` has size(), columns(), column_name(column),
/// is_null(row, column), and boolean(), integer(), real(), text(), bytes() of (row, column), which return nothing for a
/// value of another type; describe(row, column) is the value for a message.
template <class Result>
class SqlRows {
public:
    using Row = SqlRow<Result>;

    class iterator {
    public:
        using value_type = Row;
        using difference_type = std::ptrdiff_t;
        using reference = Row;
        using pointer = void;
        using iterator_category = std::input_iterator_tag;

        iterator() noexcept = default;
        iterator(const Result& result, std::size_t index) noexcept : result_(&result), index_(index) {}
        Row operator*() const noexcept { return Row(*result_, index_); }
        iterator& operator++() noexcept {
            ++index_;
            return *this;
        }
        iterator operator++(int) noexcept { return {*result_, index_++}; }
        friend bool operator==(const iterator&, const iterator&) = default;

    private:
        const Result* result_ = nullptr;
        std::size_t index_ = 0;
    };

    iterator begin() const noexcept { return {self(), 0}; }
    iterator end() const noexcept { return {self(), self().size()}; }
    bool empty() const noexcept { return self().size() == 0; }
    /// Throws Error(errc::invalid_value) when there is no such row.
    Row operator[](std::size_t index) const {
        if (index >= self().size()) throw Error(errc::invalid_value, "the result has no such row");
        return Row(self(), index);
    }
    Row front() const { return (*this)[0]; }
    /// The first column of the first row. Throws as operator[] and SqlRow::get().
    template <class T>
    T value() const {
        return front().template get<T>(0);
    }
    /// The number of the first column of this name. Throws Error(errc::invalid_value) when there is none.
    std::size_t column(std::string_view name) const {
        for (std::size_t i = 0; i < self().columns(); ++i) {
            if (self().column_name(i) == name) return i;
        }
        throw_no_column(name);
    }

protected:
    ~SqlRows() = default;
    SqlRows() = default;
    SqlRows(const SqlRows&) = default;
    SqlRows(SqlRows&&) noexcept = default;
    SqlRows& operator=(const SqlRows&) = default;
    SqlRows& operator=(SqlRows&&) noexcept = default;

private:
    const Result& self() const noexcept { return static_cast<const Result&>(*this); }
};

}  // namespace sio::detail
