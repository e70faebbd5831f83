#include "wire/script_string.hpp"

#include <doctest/doctest.h>

#include <string>

#include "wire/json_text.hpp"

namespace sio::wire {
namespace {

std::string literal(std::string_view text) {
    std::string out = "___eio[0](";
    append_script_string(out, text);
    return out.substr(10);
}

TEST_CASE("a script string is quoted, and what it is appended to stays") {
    CHECK(literal("5::hello") == R"("5::hello")");
    CHECK(literal("") == R"("")");
    std::string out = "<b>";
    append_script_string(out, "<i>");
    CHECK(out == R"(<b>"\u003ci>")");
}

TEST_CASE("nothing in a script string ends the literal") {
    CHECK(literal(R"(say "hi" \ ")") == R"("say \"hi\" \\ \"")");
    CHECK(literal("a\nb\r\tc") == R"("a\nb\r\tc")");
    CHECK(literal(std::string_view("\0\x1f", 2)) == R"("\u0000\u001f")");
    CHECK(literal("\xe2\x80\xa8|\xe2\x80\xa9") == R"("\u2028|\u2029")");
}

TEST_CASE("nothing in a script string ends the element around it") {
    CHECK(literal("</script><!--<script>") == R"("\u003c/script>\u003c!--\u003cscript>")");
    CHECK(literal("<") == R"("\u003c")");
    CHECK(literal("<<") == R"("\u003c\u003c")");
}

TEST_CASE("text outside ASCII stays, and bytes that are none are replaced") {
    CHECK(literal("\xc3\xa9 \xf0\x9f\x92\xa9") == "\"\xc3\xa9 \xf0\x9f\x92\xa9\"");
    CHECK(literal("a\xff<\xc3") == "\"a\xef\xbf\xbd\\u003c\xef\xbf\xbd\"");
}

TEST_CASE("a script string reads back as its text") {
    for (const std::string_view text : {"4:42[\"<a>\",\"\\n\"]", "\\<\\", "\"<\"", "<\\u003c", "\xe2\x80\xa8<\n"}) {
        CAPTURE(text);
        const std::string written = literal(text);
        const auto string = scan_json_string(written);
        REQUIRE(string);
        CHECK(string->rest.empty());
        std::string read;
        REQUIRE(append_json_unescaped(read, string->raw));
        CHECK(read == text);
    }
}

}  // namespace
}  // namespace sio::wire
