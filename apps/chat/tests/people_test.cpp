#include "people.hpp"

#include <doctest/doctest.h>

namespace chat {

TEST_CASE("the colour of a nickname is FNV-1a of its bytes, as in the page's script") {
    // Values of hue() in static/js/avatar.js.
    CHECK(hue("") == 0x811c9dc5u % 12);
    CHECK(hue("a") == 0xe40c292cu % 12);
    CHECK(hue("foobar") == 0xbf9cf968u % 12);
}

TEST_CASE("initials are of the first and the last word, or the first two letters of the only one") {
    CHECK(initials("ada lovelace") == "AL");
    CHECK(initials("ada byron king") == "AK");
    CHECK(initials("ada") == "AD");
    CHECK(initials("юлия") == "ЮЛ");
    CHECK(initials("x") == "X");
    CHECK(initials("<img src=x>") == "IX");
    CHECK(initials("!?") == "?");
}

}  // namespace chat
