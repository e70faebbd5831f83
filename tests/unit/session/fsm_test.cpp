#include <doctest/doctest.h>

#include "session/heartbeat_fsm.hpp"
#include "session/upgrade_fsm.hpp"

using namespace std::chrono_literals;
using sio::session::HeartbeatFsm;
using sio::session::UpgradeFsm;

namespace {

constexpr HeartbeatFsm::TimePoint start{};
using Beat = HeartbeatFsm::Action;
using Upgrade = UpgradeFsm::Action;

}  // namespace

TEST_CASE("a client that answers is pinged again one interval after its pong") {
    HeartbeatFsm fsm(HeartbeatFsm::Pinger::server, 300ms, 200ms, start);
    CHECK(fsm.deadline() == start + 300ms);
    CHECK(fsm.advance(start + 299ms) == Beat::none);
    CHECK(fsm.advance(start + 300ms) == Beat::send_sign);
    CHECK(fsm.deadline() == start + 500ms);
    fsm.on_pong(start + 340ms);
    CHECK(fsm.deadline() == start + 640ms);
    CHECK(fsm.advance(start + 639ms) == Beat::none);
    CHECK(fsm.advance(start + 640ms) == Beat::send_sign);
}

TEST_CASE("a silent client is given up one interval and one timeout after it came") {
    HeartbeatFsm fsm(HeartbeatFsm::Pinger::server, 300ms, 200ms, start);
    CHECK(fsm.advance(start + 300ms) == Beat::send_sign);
    CHECK(fsm.advance(start + 499ms) == Beat::none);
    CHECK(fsm.advance(start + 500ms) == Beat::time_out);
}

TEST_CASE("a pong that was not asked for does not put off the next ping") {
    HeartbeatFsm fsm(HeartbeatFsm::Pinger::server, 300ms, 200ms, start);
    fsm.on_pong(start + 299ms);
    CHECK(fsm.deadline() == start + 300ms);
}

TEST_CASE("a client that pings by itself is given up after an interval and a timeout without a packet") {
    HeartbeatFsm fsm(HeartbeatFsm::Pinger::client, 300ms, 200ms, start);
    CHECK(fsm.counts_packets());
    CHECK(fsm.deadline() == start + 500ms);
    CHECK(fsm.advance(start + 300ms) == Beat::none);  // no ping: that is the client's
    fsm.on_packet(start + 400ms);
    CHECK(fsm.deadline() == start + 900ms);
    fsm.on_pong(start + 450ms);  // means nothing
    CHECK(fsm.deadline() == start + 900ms);
    CHECK(fsm.advance(start + 500ms) == Beat::none);
    CHECK(fsm.advance(start + 899ms) == Beat::none);
    CHECK(fsm.advance(start + 900ms) == Beat::time_out);
}

TEST_CASE("a peer that is not heard goes on being pinged, and has the timeout for its answer when it is heard again") {
    HeartbeatFsm fsm(HeartbeatFsm::Pinger::server, 300ms, 200ms, start);
    fsm.go_deaf(start + 100ms);
    CHECK(fsm.deadline() == start + 300ms);
    CHECK(fsm.advance(start + 300ms) == Beat::send_sign);
    CHECK(fsm.advance(start + 500ms) == Beat::none);
    CHECK(fsm.deadline() == start + 600ms);
    CHECK(fsm.advance(start + 600ms) == Beat::send_sign);
    fsm.hear_again(start + 899ms);
    CHECK(fsm.advance(start + 900ms) == Beat::send_sign);  // its pong may still be behind what it has sent
    CHECK(fsm.advance(start + 1098ms) == Beat::none);
    CHECK(fsm.advance(start + 1099ms) == Beat::time_out);
}

TEST_CASE("who is heard now and then is pinged in time all the same") {
    HeartbeatFsm fsm(HeartbeatFsm::Pinger::server, 300ms, 200ms, start);
    int pings = 0;
    for (auto now = start; now < start + 3000ms; now += 10ms) {
        now - start < 1500ms && (now - start) % 50ms < 10ms ? fsm.hear_again(now) : fsm.go_deaf(now);
        const auto action = fsm.advance(now);
        CHECK(action != Beat::time_out);
        pings += action == Beat::send_sign;
    }
    CHECK(pings == 9);
}

TEST_CASE("a pong that is read late does not put off the next ping beyond what its client waits for") {
    HeartbeatFsm fsm(HeartbeatFsm::Pinger::server, 300ms, 200ms, start);
    fsm.go_deaf(start);
    CHECK(fsm.advance(start + 300ms) == Beat::send_sign);
    fsm.hear_again(start + 590ms);
    fsm.on_pong(start + 590ms);
    CHECK(fsm.deadline() == start + 700ms);  // the client gives up at 800
}

TEST_CASE("a client that pings by itself, and is not heard, is told that the server is there") {
    HeartbeatFsm fsm(HeartbeatFsm::Pinger::client, 300ms, 200ms, start);
    fsm.go_deaf(start + 50ms);
    CHECK(fsm.deadline() == start + 150ms);
    CHECK(fsm.advance(start + 150ms) == Beat::send_sign);
    CHECK(fsm.advance(start + 250ms) == Beat::send_sign);
    for (auto now = start + 350ms; now < start + 2000ms; now += 100ms) CHECK(fsm.advance(now) == Beat::send_sign);
    fsm.hear_again(start + 2000ms);
    CHECK(fsm.deadline() >= start + 2100ms);
    CHECK(fsm.advance(start + 2199ms) == Beat::none);
    CHECK(fsm.advance(start + 2300ms) == Beat::time_out);
}

TEST_CASE("packets do not count where the server pings") {
    CHECK_FALSE(HeartbeatFsm(HeartbeatFsm::Pinger::server, 300ms, 200ms, start).counts_packets());
}

TEST_CASE("an upgrade goes from the probe to the switch") {
    UpgradeFsm fsm;
    CHECK(fsm.on_websocket(true) == Upgrade::accept);
    CHECK_FALSE(fsm.hurries_polls());
    CHECK(fsm.on_ping("probe") == Upgrade::answer_probe);
    CHECK(fsm.hurries_polls());
    CHECK(fsm.on_upgrade() == Upgrade::switch_over);
    CHECK_FALSE(fsm.hurries_polls());
    CHECK(fsm.on_websocket(true) == Upgrade::refuse);
    CHECK(fsm.on_failure() == Upgrade::ignore);
}

TEST_CASE("a second WebSocket is refused while the first one probes") {
    UpgradeFsm fsm;
    CHECK(fsm.on_websocket(true) == Upgrade::accept);
    CHECK(fsm.on_websocket(true) == Upgrade::refuse);
    CHECK(fsm.on_ping("probe") == Upgrade::answer_probe);
    CHECK(fsm.on_websocket(true) == Upgrade::refuse);
    CHECK(fsm.state() == UpgradeFsm::State::probed);
}

TEST_CASE("an upgrade without its probe is dropped, and may be tried again") {
    UpgradeFsm fsm;
    CHECK(fsm.on_websocket(true) == Upgrade::accept);
    CHECK(fsm.on_upgrade() == Upgrade::drop_candidate);
    CHECK(fsm.on_websocket(true) == Upgrade::accept);
    CHECK(fsm.on_ping("hello") == Upgrade::drop_candidate);
    CHECK(fsm.on_websocket(true) == Upgrade::accept);
    CHECK(fsm.on_failure() == Upgrade::drop_candidate);
    CHECK(fsm.state() == UpgradeFsm::State::idle);
}

TEST_CASE("upgrades that are switched off, or a session that began on a WebSocket, refuse every candidate") {
    UpgradeFsm off;
    CHECK(off.on_websocket(false) == Upgrade::refuse);
    UpgradeFsm direct;
    direct.start_on_websocket();
    CHECK(direct.on_websocket(true) == Upgrade::refuse);
    CHECK(direct.on_ping("probe") == Upgrade::ignore);
}
