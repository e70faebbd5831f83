#include "util/decimal.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>

namespace sio::util {
namespace {

TEST_CASE("numbers are appended in decimal") {
    std::string out = "n=";
    append_decimal(out, 0);
    append_decimal(out, std::int64_t{-42});
    append_decimal(out, std::numeric_limits<std::uint64_t>::max());
    CHECK(out == "n=0-4218446744073709551615");
}

TEST_CASE("only digits up to the limit are a number") {
    CHECK(parse_decimal("0") == 0);
    CHECK(parse_decimal("007") == 7);
    CHECK(parse_decimal("18446744073709551615") == UINT64_MAX);
    CHECK(parse_decimal("10", 10) == 10);
    CHECK_FALSE(parse_decimal("11", 10));
    CHECK_FALSE(parse_decimal("18446744073709551616"));
    for (const std::string_view bad : {"", "-1", "+1", " 1", "1 ", "1a", "a", "0x10", "1.0"}) {
        CHECK_FALSE(parse_decimal(bad));
    }
}

TEST_CASE("digits are taken off the front, and nothing else") {
    std::string_view text = "007-8";
    CHECK(take_digits(text) == "007");
    CHECK(text == "-8");
    CHECK(take_digits(text).empty());
    CHECK(text == "-8");
    text = "12";
    CHECK(take_digits(text) == "12");
    CHECK(text.empty());
    CHECK(take_digits(text).empty());
}

}  // namespace
}  // namespace sio::util
