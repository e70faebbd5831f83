#include "http/http_date.hpp"

#include <chrono>
#include <string>

#include <doctest/doctest.h>

using namespace std::chrono;
using sio::http::format_http_date;
using sio::http::parse_http_date;

namespace {

constexpr sys_seconds example = sys_days(year(1994) / November / 6) + hours(8) + minutes(49) + seconds(37);
constexpr sys_seconds now = sys_days(year(2026) / June / 1);

}  // namespace

TEST_CASE("dates are written as RFC 9110 wants them") {
    CHECK(format_http_date(example) == "Sun, 06 Nov 1994 08:49:37 GMT");
    CHECK(format_http_date(sys_seconds{}) == "Thu, 01 Jan 1970 00:00:00 GMT");
    CHECK(format_http_date(sys_days(year(2024) / February / 29)) == "Thu, 29 Feb 2024 00:00:00 GMT");
}

TEST_CASE("all three forms of a date are read") {
    CHECK(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT", now) == example);
    CHECK(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT", now) == example);
    CHECK(parse_http_date("Sun Nov  6 08:49:37 1994", now) == example);
    CHECK(parse_http_date("Sun Nov 16 08:49:37 1994", now) == example + days(10));
    CHECK(parse_http_date("Sat, 31 Dec 2016 23:59:60 GMT", now) ==
          sys_days(year(2016) / December / 31) + hours(23) + minutes(59) + seconds(59));
}

TEST_CASE("two digits of a year mean the past when the future would be too far") {
    const auto year_of = [](const char* text) {
        return static_cast<int>(year_month_day(floor<days>(*parse_http_date(text, now))).year());
    };
    CHECK(year_of("Monday, 01-Jan-76 00:00:00 GMT") == 2076);
    CHECK(year_of("Monday, 01-Jan-77 00:00:00 GMT") == 1977);
    CHECK(year_of("Monday, 01-Jan-26 00:00:00 GMT") == 2026);
}

TEST_CASE("what is no date is refused") {
    for (const char* text :
         {"", "now", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37 GMT ",
          "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
          "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49:61 GMT",
          "Sun, 06 nov 1994 08:49:37 GMT", "Xxx, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov -994 08:49:37 GMT",
          "Sun Nov 6 08:49:37 1994", "Sun, 06 Nov 99999 08:49:37 GMT", "784111777"}) {
        CAPTURE(std::string(text));
        CHECK_FALSE(parse_http_date(text, now));
    }
}
