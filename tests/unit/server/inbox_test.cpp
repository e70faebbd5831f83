#include "server/inbox.hpp"

#include <doctest/doctest.h>

#include <string>

using sio::server::Inbox;

TEST_CASE("reading pauses while many messages wait, and goes on when most of them have been received") {
    bool paused = false;
    Inbox inbox([&](bool now) { paused = now; });
    inbox.push(true, std::string(200'000, 'x'));
    CHECK_FALSE(paused);
    inbox.push(true, std::string(100'000, 'x'));
    CHECK(paused);
    CHECK(inbox.pop()->data.size() == 200'000);
    CHECK_FALSE(paused);
}

TEST_CASE("messages without a byte are not free: reading pauses for them too") {
    bool paused = false;
    Inbox inbox([&](bool now) { paused = now; });
    int pushed = 0;
    while (!paused && pushed < 100'000) {
        inbox.push(false, "");
        ++pushed;
    }
    CHECK(pushed < 10'000);
    while (paused) {
        CHECK(inbox.pop());
        --pushed;
    }
    CHECK(pushed > 0);
}
