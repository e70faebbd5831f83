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
    if (upgrade) request.headers.add("Upgrade", "WebSocket");
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
    CHECK(error_of(get("/socket.io/?transport=polling")) == EngineError::unsupported_protocol);
    CHECK(error_of(get("/socket.io/?EIO=abc&transport=polling")) == EngineError::unsupported_protocol);
    CHECK(error_of(get("/socket.io/?EIO=44&transport=polling")) == EngineError::unsupported_protocol);
    CHECK(error_of(get("/socket.io/?EIO=4&transport=polling", true)) == EngineError::bad_request);
    for (const auto* method : {"POST", "PUT", "DELETE", "HEAD"}) {
        auto request = get("/socket.io/?EIO=4&transport=polling");
        request.method = method;
        CHECK(error_of(request) == EngineError::bad_handshake_method);
    }
}

TEST_CASE("a transport that is switched off is unknown") {
    EngineOptions options;
    options.transports = {"websocket"};
    CHECK(error_of(get("/?EIO=4&transport=polling"), options) == EngineError::unknown_transport);
    CHECK(error_of(get("/?EIO=4&transport=websocket", true), options) == std::nullopt);
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
