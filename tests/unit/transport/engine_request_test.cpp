#include <doctest/doctest.h>

#include "transport/engine_request.hpp"

using namespace sio;
using transport::EngineError;
using transport::EngineRequest;

namespace {

HttpRequest get(std::string target, bool upgrade = false) {
    HttpRequest request;
    request.target = std::move(target);
    request.headers.add("Host", "localhost");
    if (upgrade) {
        request.headers.add("Connection", "Upgrade");
        request.headers.add("Upgrade", "WebSocket");
    }
    return request;
}

std::optional<EngineError> error_of(const HttpRequest& request, const EngineOptions& options = {}) {
    const auto result = transport::read_engine_request(request, options);
    const auto* error = std::get_if<EngineError>(&result);
    return error ? std::optional(*error) : std::nullopt;
}

}  // namespace

TEST_CASE("a handshake and a request of a session are told apart by the sid") {
    const auto handshake =
        std::get<EngineRequest>(transport::read_engine_request(get("/socket.io/?EIO=4&transport=polling"), {}));
    CHECK(handshake.transport == transport::TransportKind::polling);
    CHECK(handshake.sid.empty());
    const auto later = std::get<EngineRequest>(
        transport::read_engine_request(get("/socket.io/?EIO=4&transport=websocket&sid=a%2Db", true), {}));
    CHECK(later.transport == transport::TransportKind::websocket);
    CHECK(later.sid == "a-b");
    CHECK(later.upgrade);
}

TEST_CASE("what is wrong with a request gets the reference server's code") {
    CHECK(error_of(get("/socket.io/")) == EngineError::unknown_transport);
    CHECK(error_of(get("/socket.io/?EIO=4&transport=abc")) == EngineError::unknown_transport);
    CHECK(error_of(get("/socket.io/?EIO=4&transport=constructor")) == EngineError::unknown_transport);
    CHECK(error_of(get("/socket.io/?EIO=&transport=polling")) == EngineError::unsupported_protocol);
    CHECK(error_of(get("/socket.io/?EIO=abc&transport=polling")) == EngineError::unsupported_protocol);
    CHECK(error_of(get("/socket.io/?EIO=44&transport=polling")) == EngineError::unsupported_protocol);
    CHECK(error_of(get("/socket.io/?EIO=1&transport=polling")) == EngineError::unsupported_protocol);
    CHECK(error_of(get("/socket.io/?EIO=4&transport=polling", true)) == EngineError::bad_request);
    for (const auto* method : {"POST", "PUT", "DELETE", "HEAD"}) {
        auto request = get("/socket.io/?EIO=4&transport=polling");
        request.method = method;
        CHECK(error_of(request) == EngineError::bad_handshake_method);
    }
}

TEST_CASE("an upgrade is told by Upgrade and Connection together, both of which are lists in one line or several") {
    const auto upgrades = [](const Headers& headers, std::string_view transport) {
        auto request = get("/?EIO=4&transport=" + std::string(transport));
        for (const auto& [name, value] : headers) request.headers.add(name, value);
        const auto result = transport::read_engine_request(request, {});
        return std::holds_alternative<EngineRequest>(result) && std::get<EngineRequest>(result).upgrade;
    };
    CHECK(upgrades({{"Upgrade", "h2c, websocket"}, {"Connection", "keep-alive, Upgrade"}}, "websocket"));
    CHECK(upgrades({{"Upgrade", "websocket"}, {"Connection", "keep-alive"}, {"Connection", "upgrade"}}, "websocket"));
    CHECK_FALSE(upgrades({{"Upgrade", "websocket"}, {"Connection", "keep-alive"}}, "websocket"));
    CHECK_FALSE(upgrades({{"Upgrade", "h2c"}, {"Connection", "Upgrade"}}, "websocket"));
    // A poll that says `Upgrade` for a proxy's sake is a poll.
    auto poll = get("/?EIO=4&transport=polling");
    poll.headers.add("Upgrade", "websocket");
    CHECK(error_of(poll) == std::nullopt);
}

TEST_CASE("a transport that is switched off is unknown") {
    EngineOptions options;
    options.transports = {"websocket"};
    CHECK(error_of(get("/?EIO=4&transport=polling"), options) == EngineError::unknown_transport);
    CHECK(error_of(get("/?EIO=4&transport=websocket", true), options) == std::nullopt);
}

TEST_CASE("the generation of a handshake is that of its EIO parameter, unless it is switched off") {
    const auto generation = [](const char* target) {
        return std::get<EngineRequest>(transport::read_engine_request(get(target), {})).generation;
    };
    CHECK(generation("/?EIO=4&transport=polling") == Generation::eio4);
    CHECK(generation("/?EIO=3&transport=polling") == Generation::eio3);
    EngineOptions options;
    options.generations = {Generation::eio4};
    CHECK(error_of(get("/?EIO=3&transport=polling"), options) == EngineError::unsupported_protocol);
    CHECK(error_of(get("/?EIO=4&transport=polling"), options) == std::nullopt);
    options.generations = {Generation::v09, Generation::eio3};
    CHECK(error_of(get("/?EIO=3&transport=polling"), options) == std::nullopt);
    CHECK(error_of(get("/?EIO=4&transport=polling"), options) == EngineError::unsupported_protocol);
}

TEST_CASE(
    "a handshake without a version is one of Engine.IO 3, if that is served and the options do not say otherwise") {
    const auto request = get("/?transport=polling");
    const auto read = transport::read_engine_request(request, {});
    CHECK(std::get<EngineRequest>(read).generation == Generation::eio3);
    EngineOptions options;
    options.generations = {Generation::eio4};
    CHECK(error_of(request, options) == EngineError::unsupported_protocol);
    options = {};
    options.eio3_without_version = false;
    CHECK(error_of(request, options) == EngineError::unsupported_protocol);
}

TEST_CASE("the form of payloads is read from the query") {
    const auto form = [](const std::string& query) {
        return std::get<EngineRequest>(transport::read_engine_request(get("/?EIO=3&transport=polling" + query), {}))
            .form;
    };
    CHECK_FALSE(form("").base64);
    CHECK(form("&b64=1").base64);
    CHECK_FALSE(form("&b64=0").base64);
    CHECK(form("").jsonp_index.empty());
    CHECK(form("&j=12").jsonp_index == "12");
    CHECK_FALSE(form("&t=Nx3jK_a").old_build);
    CHECK_FALSE(form("&t=1400000000000").old_build);
    CHECK(form("&t=1400000000000-7").old_build);
    CHECK_FALSE(form("&t=1400000000000-").old_build);
    CHECK_FALSE(form("&t=12-7").old_build);
    CHECK_FALSE(form("&t=Nx3jK_abcdefg-7").old_build);
}

TEST_CASE("a JSONP index that is no number is refused") {
    for (const char* index : {"", "a", "0];alert(1);x[0", "-1", "12345678901"}) {
        CAPTURE(index);
        CHECK(error_of(get("/?EIO=3&transport=polling&j=" + std::string(index))) == EngineError::bad_request);
        CHECK(error_of(get("/?EIO=3&transport=polling&sid=a&j=" + std::string(index))) == EngineError::bad_request);
    }
}

TEST_CASE("the first of several values of a parameter counts") {
    const auto request = transport::read_engine_request(get("/?EIO=4&transport=polling&sid=one&sid=two"), {});
    CHECK(std::get<EngineRequest>(request).sid == "one");
}

TEST_CASE("an engine error is JSON with a code and a message") {
    const auto response = transport::engine_error(EngineError::unknown_sid);
    CHECK(response.status == 400);
    CHECK(response.body == R"({"code":1,"message":"Session ID unknown"})");
    const auto forbidden = transport::engine_error(EngineError::forbidden, "no \"entry\"");
    CHECK(forbidden.status == 403);
    CHECK(forbidden.body == R"({"code":4,"message":"no \"entry\""})");
}

TEST_CASE("EIO=2, as builds of 1.0 for browsers say, is Engine.IO 3") {
    const auto request = get("/socket.io/?EIO=2&transport=polling&t=1400000000000-0");
    const auto handshake = std::get<EngineRequest>(transport::read_engine_request(request, {}));
    CHECK(handshake.generation == Generation::eio3);
    CHECK(handshake.form.old_build);
    EngineOptions options;
    options.generations = {Generation::eio4};
    CHECK(error_of(request, options) == EngineError::unsupported_protocol);
}
