#pragma once

#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sio/greenlet.hpp>

#include "greenlet/loop.hpp"
#include "transport/engine_endpoint.hpp"
#include "unit/transport/fakes.hpp"
#include "wire/ws_frame.hpp"

namespace sio::test {

using Log = std::vector<std::string>;

/// Sends everything back.
class Echo final : public session::EngineObserver {
public:
    Echo(session::EngineSession& session, Log& log) : session_(session), log_(log) {}
    void on_text(std::string_view message) override {
        if (message == "pause") return session_.pause_reading();
        if (message == "close") return session_.close(session::CloseReason::forced_close);
        session_.send_text("4" + std::string(message));
    }
    void on_binary(std::string_view message) override { session_.send_binary(message); }
    void on_close(session::CloseReason reason) override {
        log_.push_back("closed: " + std::string(session::reason_text(reason)));
    }

private:
    session::EngineSession& session_;
    Log& log_;
};

inline std::string masked(wire::WsOpcode opcode, std::string_view payload) {
    std::string frame;
    wire::append_ws_masked_frame(frame, opcode, payload, 0x12345678);
    return frame;
}

inline std::string text_frame(std::string_view payload) {
    std::string frame;
    wire::append_ws_frame(frame, wire::WsOpcode::text, payload);
    return frame;
}

/// An endpoint on a loop, with clients that are requests.
struct EndpointFixture {
    EngineOptions options;
    greenlet::Loop loop;
    Log log;
    std::optional<transport::EngineEndpoint> endpoint;
    transport::EngineEndpoint::Begin begin = [this](std::shared_ptr<transport::Handshake> handshake, Environ) {
        handshake->accept(std::make_unique<Echo>(handshake->session(), log));
        return Response();
    };

    std::vector<std::shared_ptr<Wire>> wires;

    /// Runs `script` in a greenlet; then the peers go away, and the loop ends.
    void run(std::function<void()> script) {
        loop.post([this, &script] {
            endpoint.emplace(loop, options, begin);
            loop.enter([this, &script] {
                script();
                for (const auto& wire : wires) wire->end();
                loop.stop();
            });
        });
        loop.run();
    }

    std::shared_ptr<Answer> request(std::string method, std::string target, std::string body = {},
                                    Headers headers = {}) {
        HttpRequest request;
        request.method = std::move(method);
        request.target = std::move(target);
        request.body = std::move(body);
        request.headers = std::move(headers);
        request.headers.add("Host", "localhost");
        auto answer = std::make_shared<Answer>();
        wires.push_back(answer->wire);
        endpoint->handle(std::make_unique<FakeExchange>(std::move(request), answer));
        return answer;
    }
    std::shared_ptr<Answer> get(const std::string& query) { return request("GET", "/engine.io/?" + query); }
    std::shared_ptr<Answer> poll(const std::string& sid) { return get("EIO=4&transport=polling&sid=" + sid); }
    std::shared_ptr<Answer> post(const std::string& sid, std::string body) {
        return request("POST", "/engine.io/?EIO=4&transport=polling&sid=" + sid, std::move(body));
    }
    std::shared_ptr<Answer> websocket(const std::string& query, Headers headers = {}) {
        headers.add("Upgrade", "websocket");
        headers.add("Connection", "Upgrade");
        headers.add("Sec-WebSocket-Version", "13");
        headers.add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
        return request("GET", "/engine.io/?" + query, {}, std::move(headers));
    }
    std::string open() {
        const auto answer = get("EIO=4&transport=polling");
        REQUIRE(answer->status() == 200);
        const std::string body = answer->body();
        return body.substr(body.find(":\"") + 2, 20);
    }
};

/// Lets what was deferred and posted happen.
inline void turn() { sio::sleep(std::chrono::milliseconds(2)); }

}  // namespace sio::test
