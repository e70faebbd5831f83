#include "util/percent.hpp"

#include <doctest/doctest.h>

#include <string>

namespace sio::util {
namespace {

using namespace std::string_literals;

TEST_CASE("everything but unreserved characters is escaped") {
    CHECK(percent_encode("AZaz09-._~") == "AZaz09-._~");
    CHECK(percent_encode("a b/c?d=e&f%g+h") == "a%20b%2Fc%3Fd%3De%26f%25g%2Bh");
    CHECK(percent_encode("\xc3\xa9\0"s) == "%C3%A9%00");
}

TEST_CASE("escapes of either case are resolved") {
    CHECK(percent_decode("") == "");
    CHECK(percent_decode("a%20b+c") == "a b+c");
    CHECK(percent_decode("%c3%A9%00%25") == "\xc3\xa9\0%"s);
}

TEST_CASE("a percent sign without two hexadecimal digits is an error in a path") {
    for (const std::string_view bad : {"%", "a%", "%2", "%2g", "%g2", "%%41", "%u0041", "% 1"}) {
        CHECK_FALSE(percent_decode(bad));
    }
}

TEST_CASE("all bytes come back from percent encoding") {
    std::string bytes;
    for (int c = 0; c < 256; ++c) bytes += static_cast<char>(c);
    CHECK(percent_decode(percent_encode(bytes)) == bytes);
}

TEST_CASE("a form decodes plus signs, and takes bad escapes as they are") {
    const auto decoded = [](std::string_view text) {
        std::string out;
        append_form_decoded(out, text);
        return out;
    };
    CHECK(decoded("a+b%20c%2B") == "a b c+");
    CHECK(decoded("100%") == "100%");
    CHECK(decoded("%zz%4") == "%zz%4");
    CHECK(decoded("%%41") == "%A");
    CHECK(decoded("++") == "  ");
    CHECK(decoded("") == "");
}

}  // namespace
}  // namespace sio::util
