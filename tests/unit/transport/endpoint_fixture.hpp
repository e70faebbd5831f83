#pragma once

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "greenlet/loop.hpp"
#include "transport/engine_endpoint.hpp"
#include "unit/transport/peers.hpp"

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

/// An endpoint on a loop, with clients that are requests.
struct EndpointFixture {
    EngineOptions options;
    greenlet::Loop loop{{.virtual_time = true}};
    Log log;
    std::optional<transport::EngineEndpoint> endpoint;
    transport::EngineEndpoint::Begin begin = [this](std::shared_ptr<transport::Handshake> handshake, Environ) {
        handshake->accept(std::make_unique<Echo>(handshake->session(), log));
        return Response();
    };

    Peers peers;

    /// Runs `script` in a greenlet; then the peers go away, and the loop ends.
    void run(std::function<void()> script) {
        loop.post([this, &script] {
            endpoint.emplace(loop, options, begin);
            loop.enter([this, &script] {
                script();
                peers.go_away();
                loop.stop();
            });
        });
        loop.run();
    }

    std::shared_ptr<Answer> request(std::string method, std::string target, std::string body = {},
                                    Headers headers = {}) {
        return peers.ask(*endpoint,
                         make_request(std::move(method), std::move(target), std::move(body), std::move(headers)));
    }
    std::shared_ptr<Answer> get(const std::string& query) { return request("GET", "/engine.io/?" + query); }
    std::shared_ptr<Answer> poll(const std::string& sid) { return get("EIO=4&transport=polling&sid=" + sid); }
    std::shared_ptr<Answer> post(const std::string& sid, std::string body) {
        return request("POST", "/engine.io/?EIO=4&transport=polling&sid=" + sid, std::move(body));
    }
    std::shared_ptr<Answer> websocket(const std::string& query, Headers headers = {}) {
        return request("GET", "/engine.io/?" + query, {}, websocket_headers(std::move(headers)));
    }
    std::string open() {
        const auto answer = get("EIO=4&transport=polling");
        REQUIRE(answer->status() == 200);
        const std::string body = answer->body();
        return body.substr(body.find(":\"") + 2, 20);
    }
};

}  // namespace sio::test
