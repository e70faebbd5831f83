#include "http/byte_range.hpp"

#include <string>

#include <doctest/doctest.h>

using sio::http::parse_range;
using Answer = sio::http::RangeRequest::Answer;

namespace {

/// `whole`, `unsatisfiable`, or first and last byte.
std::string ask(const std::string& field, std::uint64_t size = 1000) {
    const auto range = parse_range(field, size);
    if (range.answer == Answer::whole) return "whole";
    if (range.answer == Answer::unsatisfiable) return "unsatisfiable";
    return std::to_string(range.offset) + '-' + std::to_string(range.offset + range.length - 1);
}

}  // namespace

TEST_CASE("a range is first and last byte, from a byte on, or so many from the end") {
    CHECK(ask("bytes=0-499") == "0-499");
    CHECK(ask("bytes=500-999") == "500-999");
    CHECK(ask("bytes=0-0") == "0-0");
    CHECK(ask("bytes=999-") == "999-999");
    CHECK(ask("bytes=0-") == "0-999");
    CHECK(ask("bytes=-500") == "500-999");
    CHECK(ask("bytes=-1") == "999-999");
    CHECK(ask("Bytes=1-2") == "1-2");
    CHECK(ask("bytes= 1-2 ") == "1-2");
}

TEST_CASE("a range that goes beyond the end is cut") {
    CHECK(ask("bytes=900-5000") == "900-999");
    CHECK(ask("bytes=-5000") == "0-999");
    CHECK(ask("bytes=5-99999999999999999999999999") == "5-999");
    CHECK(ask("bytes=-99999999999999999999999999") == "0-999");
}

TEST_CASE("a range without a byte of the file is unsatisfiable") {
    CHECK(ask("bytes=1000-") == "unsatisfiable");
    CHECK(ask("bytes=1000-2000") == "unsatisfiable");
    CHECK(ask("bytes=99999999999999999999999999-") == "unsatisfiable");
    CHECK(ask("bytes=-0") == "unsatisfiable");
    CHECK(ask("bytes=1000-,-0") == "unsatisfiable");
    CHECK(ask("bytes=0-", 0) == "unsatisfiable");
    CHECK(ask("bytes=0-0", 0) == "unsatisfiable");
    CHECK(ask("bytes=-5", 0) == "whole");
}

TEST_CASE("several ranges are one when they touch, else the whole") {
    CHECK(ask("bytes=0-9,10-19") == "0-19");
    CHECK(ask("bytes=10-19,0-9") == "0-19");
    CHECK(ask("bytes=0-99, 50-149") == "0-149");
    CHECK(ask("bytes=0-9,,5-7,") == "0-9");
    CHECK(ask("bytes=0-9,2000-") == "0-9");
    CHECK(ask("bytes=0-9,11-19") == "whole");
    CHECK(ask("bytes=0-0,-1") == "whole");
    std::string many = "bytes=0-0";
    for (int i = 0; i < 100; ++i) many += ",0-0";
    CHECK(ask(many) == "whole");
}

TEST_CASE("what is malformed or of another unit is passed over") {
    for (const char* field :
         {"", "bytes", "bytes=", "bytes=,", "bytes=-", "bytes=a-b", "bytes=1-2x", "bytes=5-4", "bytes=1", "bytes=--1",
          "bytes=1--2", "bytes=+1-2", "bytes=0x1-2", "items=0-1", "bytes 0-1", "0-1", "bytes=0-1;2-3"}) {
        CAPTURE(std::string(field));
        CHECK(ask(field) == "whole");
    }
}
