#include "wire/engine_handshake.hpp"

#include <doctest/doctest.h>

#include <array>
#include <limits>
#include <string>

namespace sio::wire {
namespace {

TEST_CASE("the handshake is the object of engine.io-protocol v4") {
    static constexpr std::array<std::string_view, 1> upgrades{"websocket"};
    std::string json = "0";
    append_handshake_json(json, {.sid = "lv_VI97HAXpY6yYWAAAC", .upgrades = upgrades});
    CHECK(json == R"(0{"sid":"lv_VI97HAXpY6yYWAAAC","upgrades":["websocket"],"pingInterval":25000,)"
                  R"("pingTimeout":20000,"maxPayload":1000000})");
}

TEST_CASE("a handshake may offer no upgrade or several") {
    using std::chrono::milliseconds;
    std::string none;
    append_handshake_json(none, {.sid = "s",
                                 .upgrades = {},
                                 .ping_interval = milliseconds(300),
                                 .ping_timeout = milliseconds(200),
                                 .max_payload_bytes = 1});
    CHECK(none == R"({"sid":"s","upgrades":[],"pingInterval":300,"pingTimeout":200,"maxPayload":1})");

    std::string largest;
    append_handshake_json(largest, {.sid = "s", .max_payload_bytes = std::numeric_limits<std::size_t>::max()});
    CHECK(largest.ends_with(R"("maxPayload":9007199254740991})"));

    static constexpr std::array<std::string_view, 2> two{"websocket", "webtransport"};
    std::string json;
    append_handshake_json(json, {.sid = "s", .upgrades = two});
    CHECK(json.find(R"("upgrades":["websocket","webtransport"])") != std::string::npos);
}

}  // namespace
}  // namespace sio::wire
