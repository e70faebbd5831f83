// What the rows of all SQL databases share: conversions and their errors.

#include <doctest/doctest.h>
#include <sio/detail/sql_rows.hpp>
#include <sio/sql_parameter.hpp>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <variant>

#include "database/lru_cache.hpp"

namespace {

/// One row: 300, 'Ada', NULL.
class Fixed : public sio::detail::SqlRows<Fixed> {
public:
    std::size_t size() const noexcept { return 1; }
    std::size_t columns() const noexcept { return 3; }
    std::string_view column_name(std::size_t column) const noexcept {
        const std::string_view names[] = {"id", "name", "name"};
        return names[column];
    }
    bool is_null(std::size_t, std::size_t column) const noexcept { return column == 2; }
    std::optional<bool> boolean(std::size_t, std::size_t) const noexcept { return std::nullopt; }
    std::optional<std::int64_t> integer(std::size_t, std::size_t column) const noexcept {
        return column == 0 ? std::optional<std::int64_t>(300) : std::nullopt;
    }
    std::optional<double> real(std::size_t, std::size_t) const noexcept { return std::nullopt; }
    std::optional<std::string_view> text(std::size_t, std::size_t column) const noexcept {
        return column == 1 ? std::optional<std::string_view>("Ada") : std::nullopt;
    }
    std::optional<sio::Binary> bytes(std::size_t, std::size_t) const { return std::nullopt; }
    std::string describe(std::size_t, std::size_t column) const { return column == 2 ? "NULL" : "what it is"; }
};

}  // namespace

TEST_CASE("a row is read by number, by name, and as a whole") {
    const Fixed result;
    const auto row = result.front();
    CHECK(row.get<int>(0) == 300);
    CHECK(row.get<std::string>("name") == "Ada");
    CHECK(row.get<std::optional<int>>(2) == std::nullopt);
    CHECK(row.get<std::optional<int>>(0) == 300);
    const auto [id, name, nothing] = row.as<std::int64_t, std::string_view, std::optional<double>>();
    CHECK(id == 300);
    CHECK(name == "Ada");
    CHECK_FALSE(nothing);
    CHECK(row.is_null(2));
    CHECK_FALSE(row.is_null("id"));
    CHECK(result.value<std::uint16_t>() == 300);
    int rows = 0;
    for (const auto& each : result) rows += each.size() == 3 ? 1 : 0;
    CHECK(rows == 1);
}

TEST_CASE("what does not fit is an error that names the column, its value and what was wanted") {
    const Fixed result;
    const auto row = result.front();
    CHECK_THROWS_WITH_AS(row.get<std::uint8_t>(0), "column 0 \"id\" is what it is, not an integer of 1 bytes",
                         sio::Error);
    CHECK_THROWS_WITH_AS(row.get<int>("name"), "column 1 \"name\" is what it is, not an integer", sio::Error);
    CHECK_THROWS_WITH_AS(row.get<int>(2), "column 2 \"name\" is NULL, not a value (read it as std::optional)",
                         sio::Error);
    CHECK_THROWS_WITH_AS(row.get<int>("age"), "the result has no column \"age\"", sio::Error);
    CHECK_THROWS_WITH_AS(row.get<int>(3), "there is no column 3", sio::Error);
    CHECK_THROWS_AS(row.is_null(3), sio::Error);
    CHECK_THROWS_AS(result[1], sio::Error);
}

TEST_CASE("parameters are made of what C++ has") {
    using sio::SqlParameter;
    const auto held = [](const SqlParameter& parameter) { return parameter.value().index(); };
    CHECK(held(nullptr) == 0);
    CHECK(held(std::nullopt) == 0);
    CHECK(held(true) == 1);
    CHECK(std::get<std::int64_t>(SqlParameter(-3).value()) == -3);
    CHECK(std::get<std::int64_t>(SqlParameter(std::uint8_t{200}).value()) == 200);
    CHECK(std::get<double>(SqlParameter(0.5F).value()) == 0.5);
    CHECK(std::get<std::string_view>(SqlParameter("text").value()) == "text");
    const std::string text = "string";
    CHECK(std::get<std::string_view>(SqlParameter(text).value()) == "string");
    CHECK(std::get<SqlParameter::Bytes>(SqlParameter(sio::Binary("abc")).value()).size() == 3);
    CHECK(held(std::optional<int>()) == 0);
    CHECK(held(std::optional<std::string>("x")) == 4);
    CHECK_THROWS_AS(SqlParameter(std::numeric_limits<std::uint64_t>::max()), sio::Error);
}

TEST_CASE("a cache keeps what was used last") {
    sio::database::LruCache<int> cache(2);
    cache.insert("a", 1);
    cache.insert("b", 2);
    CHECK(*cache.find("a") == 1);
    CHECK(cache.full());
    CHECK(cache.take_oldest() == 2);
    cache.insert("c", 3);
    CHECK_FALSE(cache.find("b"));
    cache.erase("a");
    cache.erase("a");
    CHECK_FALSE(cache.find("a"));
    CHECK(*cache.find("c") == 3);
}
