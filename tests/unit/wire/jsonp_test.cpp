#include "wire/jsonp.hpp"

#include <doctest/doctest.h>

#include <string>

#include "util/percent.hpp"

namespace sio::wire {
namespace {

TEST_CASE("a JSONP index is a number, since it becomes a part of the script") {
    for (const std::string_view good : {"0", "7", "42", "007", "1234567890"}) CHECK(is_jsonp_index(good));
    for (const std::string_view bad :
         {"", "a", "-1", "1.5", "0]", "0];alert(1);x[0", "0x1", " 1", "1 ", "12345678901"}) {
        CAPTURE(bad);
        CHECK_FALSE(is_jsonp_index(bad));
    }
}

TEST_CASE("a payload travels as the argument of the page's callback") {
    std::string out = "kept;";
    append_jsonp(out, "___eio", "3", R"(14:42["<\n>","\"])");
    CHECK(out == R"(kept;___eio[3]("14:42[\"\u003c\\n>\",\"\\\"]");)");
    out.clear();
    append_jsonp(out, "io.j", "0", "\xe2\x80\xa8");
    CHECK(out == R"(io.j[0]("\u2028");)");
}

// What engine.io-client does before it puts a payload into its form (polling-jsonp.js).
std::string as_client(std::string text) {
    std::string escaped;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text.compare(i, 2, "\\n") == 0) {
            escaped += "\\\n";
            ++i;
        } else {
            escaped += text[i];
        }
    }
    std::string lines;
    for (const char c : escaped) {
        if (c == '\n') {
            lines += "\\n";
        } else {
            lines += c;
        }
    }
    return "d=" + util::percent_encode(lines);
}

TEST_CASE("a JSONP form gives back what the client put in") {
    for (const std::string text : {"", "6:4hello", R"(9:42["a\nb"])", "8:4a\nb\nc\r", R"(\\n and \\\n)", R"(a\tb\)",
                                   "2:4\xe2\x82\xac", "1:2&d=3"}) {
        CAPTURE(text);
        CHECK(decode_jsonp_form(as_client(text)) == text);
    }
}

TEST_CASE("a JSONP form without its field is none") {
    CHECK_FALSE(decode_jsonp_form(""));
    CHECK_FALSE(decode_jsonp_form("6:4hello"));
    CHECK_FALSE(decode_jsonp_form("e=6:4hello"));
    CHECK(decode_jsonp_form("d=") == "");
    CHECK(decode_jsonp_form("a=b&d=6%3A4a+b+c&d=2") == "6:4a b c");
    CHECK(decode_jsonp_form("d=%5C") == "\\");
    CHECK(decode_jsonp_form("d=%5Cn") == "\n");
    CHECK(decode_jsonp_form("d=%5C%5Cn") == "\\n");
}

}  // namespace
}  // namespace sio::wire
