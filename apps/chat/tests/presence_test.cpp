#include "presence.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace chat {

using Names = std::vector<std::string>;

TEST_CASE("a nickname in use is refused to another tab, however it is written") {
    Presence presence;
    CHECK(presence.claim({"s1", "tab 1", "ada", 1}).granted);
    CHECK_FALSE(presence.claim({"s2", "tab 2", "ada", 2}).granted);
    CHECK_FALSE(presence.claim({"s2", "tab 2", "ADA", 2}).granted);
    CHECK_FALSE(presence.claim({"s2", "tab 2", "a\u200bda", 2}).granted);
    CHECK_FALSE(presence.available("Ada", "tab 2"));
    CHECK(presence.available("Ada", "tab 1"));
}

TEST_CASE("a nickname is free again as soon as its owner has gone") {
    Presence presence;
    presence.claim({"s1", "tab 1", "ada", 1});
    presence.release("s1");
    CHECK(presence.claim({"s2", "tab 2", "ada", 2}).granted);
}

TEST_CASE("a tab that comes back before its old socket is gone is one person all along") {
    Presence presence;
    presence.claim({"s1", "tab 1", "ada", 1});
    CHECK(presence.enter("s1", "general"));
    CHECK(presence.claim({"s2", "tab 1", "ada", 1}).granted);
    CHECK_FALSE(presence.enter("s2", "general"));
    CHECK(presence.nicknames("general") == Names{"ada"});
    CHECK_FALSE(presence.release("s1").has_value());
    CHECK(presence.nicknames("general") == Names{"ada"});
    CHECK_FALSE(presence.available("ada", "tab 2"));
    CHECK(presence.release("s2").has_value());
    CHECK(presence.nicknames("general").empty());
}

TEST_CASE("a new nickname replaces the old one, which is free") {
    Presence presence;
    presence.claim({"s1", "tab 1", "ada", 1});
    presence.enter("s1", "general");
    const auto claim = presence.claim({"s1", "tab 1", "bob", 2});
    CHECK(claim.granted);
    REQUIRE(claim.departure.has_value());
    CHECK(claim.departure->nickname == "ada");
    CHECK(claim.departure->room == "general");
    CHECK(presence.enter("s1", "general"));
    CHECK(presence.nicknames("general") == Names{"bob"});
    CHECK(presence.available("ada", "tab 2"));
}

TEST_CASE("a refused claim leaves everything as it was") {
    Presence presence;
    presence.claim({"s1", "tab 1", "ada", 1});
    presence.claim({"s2", "tab 2", "bob", 2});
    presence.enter("s2", "general");
    CHECK_FALSE(presence.claim({"s2", "tab 2", "ada", 2}).granted);
    CHECK(presence.nicknames("general") == Names{"bob"});
}

TEST_CASE("people are listed by room, in the order in which they came") {
    Presence presence;
    presence.claim({"s1", "tab 1", "zoe", 1});
    presence.claim({"s2", "tab 2", "ada", 2});
    presence.claim({"s3", "tab 3", "bob", 3});
    presence.enter("s1", "general");
    presence.enter("s2", "general");
    presence.enter("s3", "attic");
    CHECK(presence.nicknames("general") == Names{"zoe", "ada"});
    CHECK(presence.nicknames("attic") == Names{"bob"});
    CHECK(presence.exit("s1")->nickname == "zoe");
    CHECK_FALSE(presence.exit("s1").has_value());
    CHECK(presence.nicknames("general") == Names{"ada"});
    CHECK_FALSE(presence.available("zoe", "tab 9"));  // out of the room, and still online
}

TEST_CASE("a socket without a nickname is nobody") {
    Presence presence;
    CHECK_FALSE(presence.enter("s1", "general"));
    CHECK_FALSE(presence.exit("s1").has_value());
    CHECK_FALSE(presence.release("s1").has_value());
    CHECK(presence.nicknames("general").empty());
}

TEST_CASE("a user's sockets and room are found") {
    Presence presence;
    presence.claim({"s1", "tab 1", "ada", 7});
    presence.enter("s1", "general");
    CHECK(presence.sids_of(7) == Names{"s1"});
    CHECK(presence.room_of(7) == "general");
    CHECK(presence.sids_of(8).empty());
    CHECK(presence.room_of(8).empty());
}

}  // namespace chat
