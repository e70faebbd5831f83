#include <doctest/doctest.h>

#include <string>

#include "transport/subprotocol.hpp"
#include "unit/transport/endpoint_fixture.hpp"

using namespace sio;
using transport::choose_subprotocol;

namespace {

Headers offers(std::initializer_list<std::string_view> lines) {
    Headers headers;
    for (const auto line : lines) headers.add("Sec-WebSocket-Protocol", line);
    return headers;
}

}  // namespace

TEST_CASE("the best subprotocol that both speak is chosen, however the client's list is cut") {
    const std::vector<std::string> spoken = {"v2", "v1"};
    CHECK(choose_subprotocol(spoken, offers({"v1, v2"})) == "v2");
    CHECK(choose_subprotocol(spoken, offers({"v0,v1", "x"})) == "v1");
    CHECK(choose_subprotocol(spoken, offers({"v0"})) == "");
    CHECK(choose_subprotocol(spoken, offers({})) == "");
}

TEST_CASE("an endpoint agrees on the first subprotocol that is offered, or on what its options say") {
    EngineOptions options;
    CHECK(choose_subprotocol(options, offers({"chat, v2"})) == "chat");
    CHECK(choose_subprotocol(options, offers({" token.123 ", "v2"})) == "token.123");
    CHECK(choose_subprotocol(options, offers({"two words"})) == "");
    CHECK(choose_subprotocol(options, offers({})) == "");
    options.websocket_subprotocols = {"v2"};
    CHECK(choose_subprotocol(options, offers({"chat, v2"})) == "v2");
    CHECK(choose_subprotocol(options, offers({"chat"})) == "");
}

TEST_CASE("handshakes and upgrades of Engine.IO answer Sec-WebSocket-Protocol") {
    test::EndpointFixture f;
    f.run([&] {
        const auto answer = f.websocket("EIO=4&transport=websocket", offers({"a, b"}));
        CHECK(answer->header("Sec-WebSocket-Protocol") == "a");
        const auto upgrade = f.websocket("EIO=4&transport=websocket&sid=" + f.open(), offers({"b"}));
        CHECK(upgrade->header("Sec-WebSocket-Protocol") == "b");
        CHECK(f.websocket("EIO=4&transport=websocket")->header("Sec-WebSocket-Protocol") == "");
    });
}
