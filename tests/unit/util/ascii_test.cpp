#include "util/ascii.hpp"

#include <doctest/doctest.h>

namespace sio::util {
namespace {

TEST_CASE("ASCII letters have no case, other bytes do") {
    CHECK(ascii_iequals("Sec-WebSocket-Key", "sec-websocket-KEY"));
    CHECK(ascii_iequals("", ""));
    CHECK_FALSE(ascii_iequals("a", "ab"));
    CHECK_FALSE(ascii_iequals("a", "b"));
    CHECK_FALSE(ascii_iequals("[", "{"));
    CHECK_FALSE(ascii_iequals("@", "`"));
    CHECK_FALSE(ascii_iequals("\xc3\x84", "\xc3\xa4"));
}

TEST_CASE("hexadecimal digits have values, nothing else has") {
    CHECK(hex_value('0') == 0);
    CHECK(hex_value('9') == 9);
    CHECK(hex_value('a') == 10);
    CHECK(hex_value('F') == 15);
    for (const char c : {'/', ':', '@', 'G', '`', 'g', '\0', '\xff'}) CHECK(hex_value(c) == -1);
}

TEST_CASE("white space goes from both ends only") {
    CHECK(trim_ows(" \ta b\t ") == "a b");
    CHECK(trim_ows(" \t").empty());
    CHECK(trim_ows("a\r\n") == "a\r\n");
}

TEST_CASE("a token is found among the members of a list, not within one") {
    CHECK(list_has_token("Upgrade", "upgrade"));
    CHECK(list_has_token("keep-alive , UPGRADE", "upgrade"));
    CHECK(list_has_token(",,upgrade,", "upgrade"));
    CHECK_FALSE(list_has_token("", "upgrade"));
    CHECK_FALSE(list_has_token("upgrades, no-upgrade, up grade", "upgrade"));
}

}  // namespace
}  // namespace sio::util
