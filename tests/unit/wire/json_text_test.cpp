#include "wire/json_text.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace sio::wire {
namespace {

using namespace std::string_literals;

std::string string_of(std::string_view text, JsonCharset charset = JsonCharset::utf8) {
    std::string out;
    append_json_string(out, text, charset);
    return out;
}

TEST_CASE("the white space around JSON is JSON's, and no other") {
    CHECK(skip_json_space(" \t\r\n[ ] ") == "[ ] ");
    CHECK(trim_json_space(" \t\r\n[ ]\n ") == "[ ]");
    CHECK(trim_json_space(" \n").empty());
    CHECK(trim_json_space("\v1\f") == "\v1\f");
    CHECK(enclosed("[]", '[', ']'));
    CHECK_FALSE(enclosed("[", '[', '['));
    CHECK_FALSE(enclosed("[1}", '[', ']'));
    CHECK_FALSE(enclosed("", '[', ']'));
}

template <class Number>
std::string number_of(Number value) {
    std::string out;
    append_json_number(out, value);
    return out;
}

TEST_CASE("a JSON string has quotes, and escapes where RFC 8259 demands them") {
    CHECK(string_of("") == R"("")");
    CHECK(string_of("hello world") == R"("hello world")");
    CHECK(string_of("\"") == R"("\"")");
    CHECK(string_of("a\"b\\c/d") == R"("a\"b\\c/d")");
    CHECK(string_of("\b\f\n\r\t") == R"("\b\f\n\r\t")");
    CHECK(string_of("\0\x01\x1f"s) == "\"\\u0000\\u0001\\u001f\"");
    CHECK(string_of("\x7f") == "\"\x7f\"");
    CHECK(string_of("\n\nend") == R"("\n\nend")");
}

TEST_CASE("a JSON string appends to what is there") {
    std::string out = "[";
    append_json_string(out, "a");
    append_json_string(out, "b\n");
    CHECK(out == R"(["a""b\n")");
}

TEST_CASE("characters outside ASCII stay, but for the two that end a line in JavaScript") {
    CHECK(string_of("h\xc3\xa9llo \xe2\x82\xac \xf0\x9f\x92\xa9") == "\"h\xc3\xa9llo \xe2\x82\xac \xf0\x9f\x92\xa9\"");
    CHECK(string_of("\xe2\x80\xa7\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa") ==
          "\"\xe2\x80\xa7\\u2028\\u2029\xe2\x80\xaa\"");
}

TEST_CASE("everything outside ASCII can be escaped") {
    CHECK(string_of("h\xc3\xa9\xe2\x82\xac\xf0\x9f\x92\xa9\xe2\x80\xa8.", JsonCharset::ascii) ==
          R"("h\u00e9\u20ac\ud83d\udca9\u2028.")");
    CHECK(string_of("\xf4\x8f\xbf\xbf", JsonCharset::ascii) == R"("\udbff\udfff")");
    CHECK(string_of("\xf0\x90\x80\x80", JsonCharset::ascii) == R"("\ud800\udc00")");
    CHECK(string_of("\"\n", JsonCharset::ascii) == R"("\"\n")");
}

TEST_CASE("bytes that are not UTF-8 become U+FFFD in both charsets") {
    CHECK(string_of("a\xff"
                    "b") ==
          "\"a\xef\xbf\xbd"
          "b\"");
    CHECK(string_of("\xed\xa0\x80") == "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
    CHECK(string_of("\xe2\x82") == "\"\xef\xbf\xbd\xef\xbf\xbd\"");
    CHECK(string_of("\xc3", JsonCharset::ascii) == R"("\ufffd")");
    CHECK(string_of("x\x80y", JsonCharset::ascii) == R"("x\ufffdy")");
}

TEST_CASE("a JSON text can be made ASCII as it is") {
    std::string out = "3";
    append_json_as_ascii(out, "[\"h\xc3\xa9\\n\",{\"\xf0\x9f\x92\xa9\":1}]");
    CHECK(out == R"(3["h\u00e9\n",{"\ud83d\udca9":1}])");
    out.clear();
    append_json_as_ascii(out, "\"\xff\"");
    CHECK(out == R"("\ufffd")");
}

TEST_CASE("whole numbers print in full") {
    CHECK(number_of(std::int64_t{0}) == "0");
    CHECK(number_of(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
    CHECK(number_of(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
}

TEST_CASE("doubles print as JavaScript prints them") {
    // The right sides are what JSON.stringify gives in Node 20.
    const std::vector<std::pair<double, std::string>> cases{
        {0.0, "0"},
        {-0.0, "0"},
        {1.0, "1"},
        {-1.0, "-1"},
        {100.0, "100"},
        {0.1, "0.1"},
        {-1.5, "-1.5"},
        {123.456, "123.456"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1.0 / 3, "0.3333333333333333"},
        {9007199254740993.0, "9007199254740992"},
        {123456789012345680000.0, "123456789012345680000"},
        {999999999999999900000.0, "999999999999999900000"},
        {1e20, "100000000000000000000"},
        {1e21, "1e+21"},
        {1.5e21, "1.5e+21"},
        {1e300, "1e+300"},
        {0.001, "0.001"},
        {0.000001, "0.000001"},
        {0.00000123, "0.00000123"},
        {0.0000001, "1e-7"},
        {-1.25e-7, "-1.25e-7"},
        {5e-324, "5e-324"},
        {1.7976931348623157e308, "1.7976931348623157e+308"},
        {4294967296.5, "4294967296.5"},
    };
    for (const auto& [value, text] : cases) CHECK(number_of(value) == text);
}

TEST_CASE("what JSON cannot say is null") {
    CHECK(number_of(std::nan("")) == "null");
    CHECK(number_of(std::numeric_limits<double>::infinity()) == "null");
    CHECK(number_of(-std::numeric_limits<double>::infinity()) == "null");
}

TEST_CASE("printed doubles read back as the same number") {
    std::uint64_t state = 1;
    for (int i = 0; i < 20'000; ++i) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        double value;
        static_assert(sizeof value == sizeof state);
        std::memcpy(&value, &state, sizeof value);
        if (!std::isfinite(value)) continue;
        const std::string text = number_of(value);
        if (std::strtod(text.c_str(), nullptr) != value) FAIL_CHECK(text);
    }
}

TEST_CASE("the end of a JSON string is found") {
    const auto plain = scan_json_string(R"("abc",1)");
    REQUIRE(plain);
    CHECK(plain->raw == "abc");
    CHECK_FALSE(plain->has_escapes);
    CHECK(plain->rest == ",1");

    const auto escaped = scan_json_string(R"("a\"b\\")");
    REQUIRE(escaped);
    CHECK(escaped->raw == R"(a\"b\\)");
    CHECK(escaped->has_escapes);
    CHECK(escaped->rest.empty());

    CHECK(scan_json_string(R"("")")->raw.empty());
    for (const std::string_view bad : {"", "a", "\"", "\"abc", "\"abc\\\"", "\"abc\\", "\"a\nb\"", " \"a\""}) {
        CHECK_FALSE(scan_json_string(bad));
    }
}

TEST_CASE("escapes are resolved") {
    const auto unescaped = [](std::string_view raw) {
        std::string out;
        CHECK(append_json_unescaped(out, raw));
        return out;
    };
    CHECK(unescaped("") == "");
    CHECK(unescaped("plain") == "plain");
    CHECK(unescaped(R"(\"\\\/\b\f\n\r\t)") == "\"\\/\b\f\n\r\t");
    CHECK(unescaped(R"(a\u0000b)") == "a\0b"s);
    CHECK(unescaped(R"(\u00E9\u00e9\u20ac)") == "\xc3\xa9\xc3\xa9\xe2\x82\xac");
    CHECK(unescaped(R"(\ud83d\udca9!)") == "\xf0\x9f\x92\xa9!");
    CHECK(unescaped(R"(\ud83d!)") == "\xef\xbf\xbd!");
    CHECK(unescaped(R"(\udca9)") == "\xef\xbf\xbd");
    CHECK(unescaped(R"(\ud83d\ud83d\udca9)") == "\xef\xbf\xbd\xf0\x9f\x92\xa9");
    CHECK(unescaped(R"(\ud83d\n)") == "\xef\xbf\xbd\n");
    for (const std::string_view bad : {"\\", "\\x", "\\u", "\\u12", "\\u123", "\\u12g4", "\\U0041", "a\\'"}) {
        std::string out;
        CHECK_FALSE(append_json_unescaped(out, bad));
    }
}

TEST_CASE("what is written as a string reads back as the same text") {
    for (const JsonCharset charset : {JsonCharset::utf8, JsonCharset::ascii}) {
        std::string text;
        for (int c = 0; c < 128; ++c) text += static_cast<char>(c);
        text +=
            "\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xe2\x80\xa8\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf"
            "\xbf";
        const std::string json = string_of(text, charset);
        const auto scanned = scan_json_string(json);
        REQUIRE(scanned);
        std::string back;
        REQUIRE(append_json_unescaped(back, scanned->raw));
        CHECK(back == text);
    }
}

TEST_CASE("halves of surrogate pairs can be taken out of a JSON text") {
    const auto whole = [](std::string_view json) {
        std::string out;
        const bool replaced = append_json_with_whole_surrogates(out, json);
        CHECK(replaced == (out != json));
        return out;
    };
    CHECK(whole(R"(["a",1])") == R"(["a",1])");
    CHECK(whole(R"(["\ud83d\udca9"])") == R"(["\ud83d\udca9"])");
    CHECK(whole(R"(["cut \ud83d"])") == R"(["cut \ufffd"])");
    CHECK(whole(R"(["\udca9\ud83d"])") == R"(["\ufffd\ufffd"])");
    CHECK(whole(R"(["\ud83d\ud83d\udca9"])") == R"(["\ufffd\ud83d\udca9"])");
    CHECK(whole(R"(["\uD83Dx"])") == R"(["\ufffdx"])");
    // Not an escape: the backslash before it is one.
    CHECK(whole(R"(["\\ud83d"])") == R"(["\\ud83d"])");
    CHECK(whole(R"(["\n\u0041)") == R"(["\n\u0041)");
    CHECK(whole("\\") == "\\");
    CHECK(whole("\\u12") == "\\u12");
}

}  // namespace
}  // namespace sio::wire
