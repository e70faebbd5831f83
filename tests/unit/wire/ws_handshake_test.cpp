#include "wire/ws_handshake.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <string_view>
#include <vector>

namespace sio::wire {
namespace {

WsUpgradeRequest good_request() {
    return {.method = "GET",
            .http_version = 11,
            .host = "server.example.com",
            .upgrade = "websocket",
            .connection = "Upgrade",
            .sec_websocket_key = "dGhlIHNhbXBsZSBub25jZQ==",
            .sec_websocket_version = "13"};
}

TEST_CASE("the accept value of RFC 6455 section 1.3 comes out") {
    CHECK(websocket_accept("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    CHECK(websocket_accept(" dGhlIHNhbXBsZSBub25jZQ==\t") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST_CASE("the request of RFC 6455 section 1.2 is an upgrade") {
    CHECK(check_upgrade(good_request()) == WsUpgradeError::none);
}

TEST_CASE("an upgrade may be written as browsers and proxies write it") {
    WsUpgradeRequest request = good_request();
    request.connection = "keep-alive, Upgrade";  // Firefox
    CHECK(check_upgrade(request) == WsUpgradeError::none);
    request.connection = "UPGRADE ,close";
    CHECK(check_upgrade(request) == WsUpgradeError::none);
    request.upgrade = "h2c, WebSocket";
    CHECK(check_upgrade(request) == WsUpgradeError::none);
    request.sec_websocket_version = " 13 ";
    CHECK(check_upgrade(request) == WsUpgradeError::none);
    request.http_version = 20;
    CHECK(check_upgrade(request) == WsUpgradeError::none);
}

TEST_CASE("whatever RFC 6455 section 4.2.1 demands is demanded") {
    struct Case {
        WsUpgradeError error;
        std::function<void(WsUpgradeRequest&)> spoil;
    };
    const std::vector<Case> cases{
        {WsUpgradeError::bad_method, [](auto& r) { r.method = "POST"; }},
        {WsUpgradeError::bad_method, [](auto& r) { r.method = "get"; }},
        {WsUpgradeError::bad_http_version, [](auto& r) { r.http_version = 10; }},
        {WsUpgradeError::missing_host, [](auto& r) { r.host = ""; }},
        {WsUpgradeError::not_an_upgrade, [](auto& r) { r.upgrade = ""; }},
        {WsUpgradeError::not_an_upgrade, [](auto& r) { r.upgrade = "websocket2"; }},
        {WsUpgradeError::not_an_upgrade, [](auto& r) { r.upgrade = "h2c"; }},
        {WsUpgradeError::not_an_upgrade, [](auto& r) { r.connection = ""; }},
        {WsUpgradeError::not_an_upgrade, [](auto& r) { r.connection = "keep-alive"; }},
        {WsUpgradeError::not_an_upgrade, [](auto& r) { r.connection = "upgrades"; }},
        {WsUpgradeError::bad_version, [](auto& r) { r.sec_websocket_version = ""; }},
        {WsUpgradeError::bad_version, [](auto& r) { r.sec_websocket_version = "8"; }},
        {WsUpgradeError::bad_version, [](auto& r) { r.sec_websocket_version = "130"; }},
        {WsUpgradeError::bad_key, [](auto& r) { r.sec_websocket_key = ""; }},
        {WsUpgradeError::bad_key, [](auto& r) { r.sec_websocket_key = "dGhlIHNhbXBsZSBub25jZQ="; }},
        {WsUpgradeError::bad_key, [](auto& r) { r.sec_websocket_key = "dGhlIHNhbXBsZSBub25jZQ"; }},
        {WsUpgradeError::bad_key, [](auto& r) { r.sec_websocket_key = "dGhlIHNhbXBsZSBub25jZWE="; }},
        {WsUpgradeError::bad_key, [](auto& r) { r.sec_websocket_key = "dGhlIHNhbXBsZSBub25\xffZQ=="; }},
        {WsUpgradeError::bad_key, [](auto& r) { r.sec_websocket_key = "dGhlIHNhbXBs_SBub25jZQ=="; }},
    };
    for (const Case& each : cases) {
        WsUpgradeRequest request = good_request();
        each.spoil(request);
        CHECK(check_upgrade(request) == each.error);
        CHECK(error_text(each.error) != "unknown error");
    }
}

}  // namespace
}  // namespace sio::wire
