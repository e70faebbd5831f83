#include <sio/headers.hpp>

#include <stdexcept>
#include <string>

#include <doctest/doctest.h>

using sio::Headers;

TEST_CASE("field names compare without regard to case and keep their spelling") {
    Headers headers{{"Content-Type", "text/html"}};
    CHECK(headers.get("content-type") == "text/html");
    CHECK(headers.contains("CONTENT-TYPE"));
    CHECK(headers.begin()->first == "Content-Type");
    CHECK_FALSE(headers.contains("Content-Typ"));
    CHECK(headers.get("absent").empty());
}

TEST_CASE("a field may occur several times, and get() gives the first") {
    Headers headers;
    headers.add("Set-Cookie", "a=1");
    headers.add("X", "between");
    headers.add("set-cookie", "b=2");
    CHECK(headers.get("SET-COOKIE") == "a=1");
    CHECK(headers.count("Set-Cookie") == 2);
    CHECK(headers.combined("set-cookie") == "a=1, b=2");
    CHECK(headers.combined("none").empty());
}

TEST_CASE("set() replaces every field of the name at the place of the first") {
    Headers headers{{"A", "1"}, {"B", "2"}, {"a", "3"}, {"C", "4"}};
    headers.set("a", "new");
    REQUIRE(headers.size() == 3);
    CHECK(headers.begin()->second == "new");
    CHECK(headers.get("B") == "2");
    CHECK(headers.get("C") == "4");
    headers.set("D", "5");
    CHECK(headers.get("D") == "5");
}

TEST_CASE("set() takes a value that is a view of the headers themselves") {
    Headers headers{{"A", "first"}, {"A", "second, long enough to be on the heap"}};
    const auto second = std::string_view((headers.begin() + 1)->second);
    headers.set("A", second);
    CHECK(headers.size() == 1);
    CHECK(headers.get("A") == "second, long enough to be on the heap");
}

TEST_CASE("erase() removes every field of the name and counts them") {
    Headers headers{{"A", "1"}, {"B", "2"}, {"a", "3"}};
    CHECK(headers.erase("A") == 2);
    CHECK(headers.size() == 1);
    CHECK(headers.erase("A") == 0);
}

TEST_CASE("a field that would break the message is refused") {
    Headers headers;
    CHECK_THROWS_AS(headers.add("X", "a\r\nSet-Cookie: b=1"), std::invalid_argument);
    CHECK_THROWS_AS(headers.add("X", "a\nb"), std::invalid_argument);
    CHECK_THROWS_AS(headers.add("X", std::string("a\0b", 3)), std::invalid_argument);
    CHECK_THROWS_AS(headers.set("X", "a\rb"), std::invalid_argument);
    CHECK_THROWS_AS(headers.add("", "value"), std::invalid_argument);
    CHECK_THROWS_AS(headers.add("two words", "value"), std::invalid_argument);
    CHECK_THROWS_AS(headers.add("colon:", "value"), std::invalid_argument);
    CHECK_THROWS_AS(headers.add(std::string("nul\0", 4), "value"), std::invalid_argument);
    CHECK_THROWS_AS((Headers{{"X", "a\nb"}}), std::invalid_argument);
    CHECK(headers.empty());
    CHECK_NOTHROW(headers.add("X", "tab\tand \xc3\xa9 are fine"));
}
