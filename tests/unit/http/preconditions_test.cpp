#include "http/preconditions.hpp"

#include <chrono>
#include <string>

#include <doctest/doctest.h>

#include "http/http_date.hpp"

using namespace std::chrono;
using sio::Headers;
using sio::http::evaluate_preconditions;
using sio::http::format_http_date;
using sio::http::if_range_holds;
using sio::http::Precondition;
using sio::http::Validators;

namespace {

const sys_seconds modified = sys_days(year(2026) / March / 1) + hours(12);
const sys_seconds now = modified + days(10);
const Validators strong{"\"abc\"", modified};
const Validators weak{"W/\"abc\"", modified};

const std::string at = format_http_date(modified);
const std::string before = format_http_date(modified - seconds(1));
const std::string after = format_http_date(modified + seconds(1));

std::string ask(const Headers& request, const Validators& validators = strong) {
    switch (evaluate_preconditions(request, validators, now)) {
        case Precondition::proceed: return "200";
        case Precondition::not_modified: return "304";
        case Precondition::failed: return "412";
    }
    return "";
}

}  // namespace

TEST_CASE("If-None-Match compares weakly") {
    CHECK(ask({}) == "200");
    CHECK(ask({{"If-None-Match", "\"abc\""}}) == "304");
    CHECK(ask({{"If-None-Match", "W/\"abc\""}}) == "304");
    CHECK(ask({{"If-None-Match", "\"abc\""}}, weak) == "304");
    CHECK(ask({{"If-None-Match", "*"}}) == "304");
    CHECK(ask({{"If-None-Match", "\"x\", \"a,b\" ,\"abc\""}}) == "304");
    CHECK(ask({{"If-None-Match", "\"x\""}, {"If-None-Match", "\"abc\""}}) == "304");
    CHECK(ask({{"If-None-Match", "\"x\""}}) == "200");
    CHECK(ask({{"If-None-Match", "\"ABC\""}}) == "200");
    CHECK(ask({{"If-None-Match", "abc"}}) == "200");
    CHECK(ask({{"If-None-Match", "\"abc"}}) == "200");
    CHECK(ask({{"If-None-Match", ""}}) == "200");
}

TEST_CASE("If-Modified-Since counts only without If-None-Match") {
    CHECK(ask({{"If-Modified-Since", at}}) == "304");
    CHECK(ask({{"If-Modified-Since", after}}) == "304");
    CHECK(ask({{"If-Modified-Since", before}}) == "200");
    CHECK(ask({{"If-Modified-Since", "yesterday"}}) == "200");
    CHECK(ask({{"If-Modified-Since", at}, {"If-None-Match", "\"x\""}}) == "200");
    CHECK(ask({{"If-Modified-Since", before}, {"If-None-Match", "\"abc\""}}) == "304");
}

TEST_CASE("If-Match compares strongly and goes first") {
    CHECK(ask({{"If-Match", "\"abc\""}}) == "200");
    CHECK(ask({{"If-Match", "*"}}) == "200");
    CHECK(ask({{"If-Match", "\"x\""}}) == "412");
    CHECK(ask({{"If-Match", "W/\"abc\""}}) == "412");
    CHECK(ask({{"If-Match", "W/\"abc\""}}, weak) == "412");
    CHECK(ask({{"If-Match", "\"x\""}, {"If-None-Match", "\"abc\""}}) == "412");
    CHECK(ask({{"If-Match", "\"abc\""}, {"If-None-Match", "\"abc\""}}) == "304");
}

TEST_CASE("If-Unmodified-Since counts only without If-Match") {
    CHECK(ask({{"If-Unmodified-Since", at}}) == "200");
    CHECK(ask({{"If-Unmodified-Since", before}}) == "412");
    CHECK(ask({{"If-Unmodified-Since", "nonsense"}}) == "200");
    CHECK(ask({{"If-Unmodified-Since", before}, {"If-Match", "\"abc\""}}) == "200");
}

TEST_CASE("If-Range needs the very same representation") {
    const auto holds = [](const Headers& request, const Validators& validators = strong) {
        return if_range_holds(request, validators, now);
    };
    CHECK(holds({}));
    CHECK(holds({{"If-Range", "\"abc\""}}));
    CHECK_FALSE(holds({{"If-Range", "\"x\""}}));
    CHECK_FALSE(holds({{"If-Range", "W/\"abc\""}}));
    CHECK_FALSE(holds({{"If-Range", "W/\"abc\""}}, weak));
    CHECK(holds({{"If-Range", at}}));
    CHECK_FALSE(holds({{"If-Range", after}}));
    CHECK_FALSE(holds({{"If-Range", before}}));
    CHECK_FALSE(holds({{"If-Range", "nonsense"}}));
    // Changed less than a second ago, it may change again within the same second.
    CHECK_FALSE(if_range_holds({{"If-Range", at}}, strong, modified));
}
