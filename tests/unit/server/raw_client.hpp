#pragma once

#include <string>
#include <string_view>

#include "unit/net/test_client.hpp"
#include "wire/ws_frame.hpp"

namespace sio::test {

/// Speaks HTTP and WebSocket with a server as bytes.
class RawClient {
public:
    explicit RawClient(std::uint16_t port) : client_(net::test::Client::tcp(port)) {}
    explicit RawClient(net::test::Client client) : client_(std::move(client)) {}

    net::test::ClientResponse request(std::string_view method, std::string_view target, std::string_view body = {},
                                      std::string_view fields = {}) {
        std::string text = std::string(method) + ' ' + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n";
        text += fields;
        if (!body.empty() || method == "POST") text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
        client_.send(text + "\r\n" + std::string(body));
        return client_.response(method == "HEAD");
    }
    net::test::ClientResponse get(std::string_view target) { return request("GET", target); }

    /// The status of the answer: 101 when it is a WebSocket from now on.
    int upgrade(std::string_view target, std::string_view fields = {}) {
        return request("GET", target, {},
                       "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
                           std::string(fields))
            .status;
    }
    void send_text(std::string_view payload) { send(wire::WsOpcode::text, payload); }
    void send(wire::WsOpcode opcode, std::string_view payload) {
        std::string frame;
        wire::append_ws_masked_frame(frame, opcode, payload, 0x01020304);
        client_.send(frame);
    }
    /// The payload of the next frame (at most 65535 bytes), its opcode before it in `last_opcode`. Empty at the end.
    std::string receive() {
        const std::string head = client_.receive_exactly(2);
        if (head.size() < 2) {
            last_opcode = wire::WsOpcode::continuation;
            return {};
        }
        last_opcode = static_cast<wire::WsOpcode>(head[0] & 0x0f);
        std::size_t size = static_cast<unsigned char>(head[1]);
        if (size == 126) {
            const std::string length = client_.receive_exactly(2);
            size = static_cast<unsigned char>(length[0]) * 256u + static_cast<unsigned char>(length[1]);
        }
        return client_.receive_exactly(size);
    }
    net::test::Client& raw() noexcept { return client_; }

    wire::WsOpcode last_opcode{};

private:
    net::test::Client client_;
};

}  // namespace sio::test
