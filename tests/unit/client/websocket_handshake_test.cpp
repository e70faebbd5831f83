#include "client/websocket_handshake.hpp"

#include <doctest/doctest.h>

#include <string>
#include <system_error>

#include <sio/error.hpp>

#include "wire/ws_handshake.hpp"

using sio::client::Url;
using sio::client::WebSocketHandshake;

namespace {

std::string field(const std::string& request, const std::string& name) {
    const auto begin = request.find("\r\n" + name + ": ") + name.size() + 4;
    return request.substr(begin, request.find("\r\n", begin) - begin);
}

sio::FetchResponse answer_to(const WebSocketHandshake& handshake) {
    sio::FetchResponse response;
    response.status = 101;
    response.headers = {
        {"Upgrade", "WebSocket"},
        {"Connection", "keep-alive, Upgrade"},
        {"Sec-WebSocket-Accept", sio::wire::websocket_accept(field(handshake.request(), "Sec-WebSocket-Key"))}};
    return response;
}

WebSocketHandshake offering(std::vector<std::string> subprotocols) {
    return WebSocketHandshake(Url::parse("ws://h:81/p?q"), {.subprotocols = std::move(subprotocols)});
}

}  // namespace

TEST_CASE("the request says what RFC 6455 wants, and the caller's fields") {
    const WebSocketHandshake handshake(Url::parse("wss://example.org/p?q"),
                                       {.headers = {{"Origin", "https://o"}}, .subprotocols = {"a", "b"}});
    const std::string& request = handshake.request();
    CHECK(request.starts_with("GET /p?q HTTP/1.1\r\n"));
    CHECK(request.ends_with("\r\n\r\n"));
    CHECK(field(request, "Host") == "example.org");
    CHECK(field(request, "Origin") == "https://o");
    CHECK(field(request, "Sec-WebSocket-Protocol") == "a, b");
    CHECK(field(request, "Sec-WebSocket-Version") == "13");
    CHECK(field(request, "Sec-WebSocket-Key").size() == 24);
}

TEST_CASE("a subprotocol that could begin another header field is refused") {
    CHECK_THROWS_AS(offering({"chat\r\nX: y"}), sio::Error);
    CHECK_THROWS_AS(offering({""}), sio::Error);
}

TEST_CASE("an answer is checked: key, protocol, and that nothing was agreed to that was not offered") {
    const auto handshake = offering({"chat"});
    CHECK(handshake.check(answer_to(handshake)).empty());
    const auto refused = [&](auto change) {
        auto response = answer_to(handshake);
        change(response);
        CHECK_THROWS_AS(handshake.check(response), std::system_error);
    };
    refused([](auto& response) { response.status = 200; });
    refused([](auto& response) { response.headers.set("Upgrade", "h2c"); });
    refused([](auto& response) { response.headers.erase("Connection"); });
    refused([](auto& response) { response.headers.set("Sec-WebSocket-Accept", "x"); });
    refused([](auto& response) { response.headers.set("Sec-WebSocket-Extensions", "permessage-deflate"); });
    refused([](auto& response) { response.headers.set("Sec-WebSocket-Protocol", "other"); });
    auto agreed = answer_to(handshake);
    agreed.headers.set("Sec-WebSocket-Protocol", "chat");
    CHECK(handshake.check(agreed) == "chat");
}
