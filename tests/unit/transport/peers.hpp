#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sio/greenlet.hpp>

#include "unit/transport/fakes.hpp"
#include "wire/ws_frame.hpp"

// What the clients of an endpoint say to it, and hear from it.

namespace sio::test {

/// A frame of a client.
inline std::string masked(wire::WsOpcode opcode, std::string_view payload) {
    std::string frame;
    wire::append_ws_masked_frame(frame, opcode, payload, 0x12345678);
    return frame;
}

/// A frame of the server.
inline std::string server_frame(wire::WsOpcode opcode, std::string_view payload) {
    std::string frame;
    wire::append_ws_frame(frame, opcode, payload);
    return frame;
}
inline std::string text_frame(std::string_view payload) { return server_frame(wire::WsOpcode::text, payload); }

/// `headers`, with those that ask for a WebSocket.
inline Headers websocket_headers(Headers headers = {}) {
    headers.add("Upgrade", "websocket");
    headers.add("Connection", "Upgrade");
    headers.add("Sec-WebSocket-Version", "13");
    headers.add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
    return headers;
}

inline HttpRequest make_request(std::string method, std::string target, std::string body = {}, Headers headers = {}) {
    HttpRequest request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.body = std::move(body);
    request.headers = std::move(headers);
    request.headers.add("Host", "localhost");
    return request;
}

/// Lets what was deferred and posted happen. To be called in a greenlet.
inline void turn() { sio::sleep(std::chrono::milliseconds(2)); }

/// The clients of one endpoint, each of which is a request.
class Peers {
public:
    template <class Endpoint>
    std::shared_ptr<Answer> ask(Endpoint& endpoint, HttpRequest request) {
        auto answer = std::make_shared<Answer>();
        wires_.push_back(answer->wire);
        const bool poll = request.method == "GET";
        endpoint.handle(std::make_unique<FakeExchange>(std::move(request), answer));
        if (poll && !answer->response) turn();  // polls are answered at its end
        return answer;
    }
    /// All connections end.
    void go_away() {
        for (const auto& wire : wires_) wire->end();
    }

private:
    std::vector<std::shared_ptr<Wire>> wires_;
};

}  // namespace sio::test
