#include "session/v09_heartbeat_fsm.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using sio::session::V09HeartbeatFsm;
using Action = V09HeartbeatFsm::Action;

namespace {

const V09HeartbeatFsm::TimePoint start{};

}  // namespace

TEST_CASE("a quiet 0.9 client gets a heartbeat each interval and is given up when it does not answer") {
    V09HeartbeatFsm fsm(25s, 60s, start);
    CHECK(fsm.deadline() == start + 25s);
    CHECK(fsm.advance(start + 24s) == Action::none);
    CHECK(fsm.advance(start + 25s) == Action::send_heartbeat);
    CHECK(fsm.on_heard(start + 26s));
    CHECK(fsm.deadline() == start + 50s);  // from the heartbeat: the client waits for us, too
    CHECK(fsm.advance(start + 50s) == Action::send_heartbeat);
    CHECK(fsm.deadline() == start + 110s);
    CHECK(fsm.advance(start + 109s) == Action::none);
    CHECK(fsm.advance(start + 110s) == Action::time_out);
}

TEST_CASE("a link that is busy in both directions carries no heartbeats") {
    V09HeartbeatFsm fsm(25s, 60s, start);
    for (auto now = start; now < start + 200s; now += 10s) {
        CHECK(fsm.advance(now) == Action::none);
        fsm.on_heard(now);
        fsm.on_said(now);
    }
}

TEST_CASE("a client that only listens is asked for a sign of life, and one that only talks is given one") {
    V09HeartbeatFsm listens(25s, 60s, start);
    for (auto now = start; now < start + 25s; now += 5s) listens.on_said(now);
    CHECK(listens.advance(start + 25s) == Action::send_heartbeat);

    V09HeartbeatFsm talks(25s, 60s, start);
    for (auto now = start; now < start + 25s; now += 5s) talks.on_heard(now);
    CHECK(talks.advance(start + 25s) == Action::send_heartbeat);
}

TEST_CASE("any packet answers a heartbeat") {
    V09HeartbeatFsm fsm(1s, 2s, start);
    REQUIRE(fsm.advance(start + 1s) == Action::send_heartbeat);
    CHECK(fsm.on_heard(start + 2s));
    CHECK_FALSE(fsm.on_heard(start + 2s));
    CHECK(fsm.advance(start + 3s) == Action::send_heartbeat);
}

TEST_CASE("heartbeats go on while a client is not heard, and it has the timeout when it is heard again") {
    V09HeartbeatFsm fsm(300ms, 200ms, start);
    fsm.go_deaf();
    for (int i = 1; i <= 10; ++i) {
        CHECK(fsm.advance(start + i * 300ms) == Action::send_heartbeat);
        CHECK(fsm.advance(start + i * 300ms + 200ms) == Action::none);
    }
    fsm.hear_again(start + 3250ms);
    CHECK(fsm.advance(start + 3300ms) == Action::send_heartbeat);
    CHECK(fsm.advance(start + 3449ms) == Action::none);
    CHECK(fsm.advance(start + 3450ms) == Action::time_out);
}
