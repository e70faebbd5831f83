#pragma once

#include "unit/transport/transport_contract.hpp"

#include <optional>
#include <utility>

#include "wire/json_text.hpp"

// What the drivers of the contract have in common: they play clients of an endpoint, by requests.

namespace sio::test {

/// Takes a server's frame off `bytes`: opcode and payload. Nothing when there is no whole one.
inline std::optional<std::pair<wire::WsOpcode, std::string>> take_frame(std::string& bytes) {
    if (bytes.size() < 2) return std::nullopt;
    const auto byte = [&](std::size_t at) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at])); };
    std::size_t length = byte(1);
    std::size_t header = 2;
    if (length >= 126) {
        const std::size_t digits = length == 126 ? 2 : 8;
        length = 0;
        for (std::size_t i = 0; i < digits; ++i) length = length * 256 + byte(2 + i);
        header += digits;
    }
    if (bytes.size() < header + length) return std::nullopt;
    auto frame = std::pair(static_cast<wire::WsOpcode>(byte(0) & 15), bytes.substr(header, length));
    bytes.erase(0, header + length);
    return frame;
}

/// What drivers have in common: requests, and a connection or a poll to read from.
template <class Endpoint>
class RequestDriver : public TransportDriver {
public:
    using AnswerPtr = std::shared_ptr<Answer>;
    using Messages = std::vector<std::string>;

    std::vector<std::string> received() override {
        Messages messages;
        if (down_) {
            turn();
            take_written(messages);
            return messages;
        }
        while (!over_) {
            if (!poll_) poll_ = poll();
            turn();
            if (poll_->status() == 0) break;
            const auto answer = std::exchange(poll_, nullptr);
            if (answer->status() != 200) over_ = true;
            if (answer->status() == 200) take_payload(answer->body(), messages);
        }
        return messages;
    }
    void stop_reading() override {
        // The operating system takes no more.
        if (down_) down_->wire->queued = 1'000'000;
    }
    void go_away() override { peers_.go_away(); }
    bool client_sees_end() override {
        if (!down_) {
            received();
            return over_;
        }
        Messages ignored;
        take_written(ignored);
        return over_ || down_->wire->closed || down_->wire->aborted;
    }

protected:
    AnswerPtr request(std::string method, std::string target, std::string body = {}, Headers headers = {}) {
        return peers_.ask(*endpoint_,
                          make_request(std::move(method), std::move(target), std::move(body), std::move(headers)));
    }
    AnswerPtr websocket(std::string target) { return request("GET", std::move(target), {}, websocket_headers()); }
    void take_frames(Messages& messages) {
        std::string& bytes = down_->wire->written;
        while (const auto frame = take_frame(bytes)) {
            if (frame->first == wire::WsOpcode::close) over_ = true;
            if (frame->first == wire::WsOpcode::text) take_packet(frame->second, messages);
        }
    }
    virtual AnswerPtr poll() = 0;
    virtual void take_payload(std::string payload, Messages& messages) = 0;
    virtual void take_written(Messages& messages) = 0;
    virtual void take_packet(std::string_view packet, Messages& messages) = 0;

    std::optional<Endpoint> endpoint_;
    Peers peers_;
    AnswerPtr down_;  // of a transport that is a connection
    AnswerPtr poll_;
    bool over_ = false;
};

/// The string that a script hands to `function`.
inline std::string literal(std::string_view script, std::string_view function) {
    REQUIRE(script.starts_with(function));
    const auto string = wire::scan_json_string(script.substr(function.size()));
    REQUIRE(string);
    std::string text;
    CHECK(wire::append_json_unescaped(text, string->raw));
    return text;
}

}  // namespace sio::test
