#include "dispatch/json_check.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using sio::Binary;
using sio::dispatch::ArgumentCheck;
using sio::dispatch::is_json;
using sio::dispatch::placeholders_are_valid;

TEST_CASE("JSON is taken and anything else is not") {
    for (const char* text : {"[]", " [ 1 , \"x\" ] ", "{\"a\":{}}", "null", "-0.5e+3", "\"\\u00e9\"", "\"\xc3\xa9\""}) {
        CHECK_MESSAGE(is_json(text, 8), text);
    }
    for (const char* text :
         {"", "[", "[1,]", "[01]", "[.5]", "[1.]", "{a:1}", "{\"a\"}", "[1] 2", "nul", "[\"\n\"]", "'x'", "[NaN]",
          "[Infinity]", "[1]//", "\"\xff\"", "\"\xed\xa0\x80\"", "\"\\x\"", "[\"\\u12\"]"}) {
        CHECK_MESSAGE(!is_json(text, 8), text);
    }
}

TEST_CASE("brackets within brackets are limited") {
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    CHECK(is_json(nested(64), 64));
    CHECK(!is_json(nested(65), 64));
    CHECK(!is_json(nested(1'000'000), 64));
    std::string objects;
    for (int i = 0; i < 65; ++i) objects += "{\"a\":";
    objects += "1" + std::string(65, '}');
    CHECK(!is_json(objects, 64));
    // The array of the packet itself does not count.
    ArgumentCheck check;
    CHECK(check.check("[\"e\"," + nested(64) + "]", nested(64), 64));
    CHECK(!check.check("[\"e\"," + nested(65) + "]", nested(65), 64));
}

TEST_CASE("half an emoji, which JSON.stringify sends as an escape, becomes U+FFFD instead of ending the connection") {
    ArgumentCheck check;
    CHECK(check.check(R"(["e","cut \ud83d"])", R"("cut \ud83d")", 64));
    CHECK(check.data() == R"("cut \ufffd")");
    CHECK(check.check(R"(["e","\ude00 \ud83d\ude00"])", R"("\ude00 \ud83d\ude00")", 64));
    CHECK(check.data() == R"("\ufffd \ud83d\ude00")");
    CHECK(!check.check(R"(["e","\ud83d",])", R"("\ud83d",)", 64));
}

TEST_CASE("placeholders must stand for attachments that there are") {
    const std::vector<Binary> one(1);
    CHECK(placeholders_are_valid(R"({"_placeholder":true,"num":0},1)", one));
    CHECK(placeholders_are_valid(R"([{"x":{"num":0,"_placeholder":true}}])", one));
    CHECK(placeholders_are_valid(R"({"_placeholder":false,"num":9})", one));
    CHECK(placeholders_are_valid(R"("no placeholder at all")", one));
    for (const char* bad :
         {R"({"_placeholder":true,"num":1})", R"({"_placeholder":true,"num":-1})", R"({"_placeholder":true,"num":"0"})",
          R"({"_placeholder":true,"num":null})", R"({"_placeholder":true})",
          R"([[{"x":{"_placeholder":true,"num":7}}]])", R"({"_placeholder":true,"num":0,"more":1})",
          R"({"_placeholder":true,"num":{"toString":"0"}})", R"({"num":9,"_placeholder":true})"}) {
        CHECK_MESSAGE(!placeholders_are_valid(bad, one), bad);
    }
}
