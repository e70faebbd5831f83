#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wire/ws_parser.hpp"

namespace sio::test {

/// Writes down what a WsParser reads, in the words of tests/vectors/websocket.txt.
class WsRecorder final : public wire::WsReceiver {
public:
    /// Whether each message makes the parser stop, to be fed the rest again.
    bool stops = false;
    std::vector<std::string> events;

    bool on_message(const wire::WsMessage& message) override {
        return note(std::string(message.compressed ? "deflated-" : "") + (message.binary ? "binary" : "text"),
                    message.payload());
    }
    bool on_ping(std::string_view payload) override { return note("ping", payload); }
    bool on_pong(std::string_view payload) override { return note("pong", payload); }
    void on_close(std::uint16_t code, std::string_view reason) override {
        note("close", std::to_string(code) + ":" + std::string(reason));
    }
    void on_error(wire::WsError error) override { note("error", name_of(error)); }

    static std::string_view name_of(wire::WsError error) {
        using wire::WsError;
        switch (error) {
            case WsError::none: return "none";
            case WsError::reserved_bit: return "reserved_bit";
            case WsError::reserved_opcode: return "reserved_opcode";
            case WsError::mask_missing: return "mask_missing";
            case WsError::mask_unexpected: return "mask_unexpected";
            case WsError::length_not_minimal: return "length_not_minimal";
            case WsError::length_out_of_range: return "length_out_of_range";
            case WsError::control_too_long: return "control_too_long";
            case WsError::control_fragmented: return "control_fragmented";
            case WsError::continuation_without_start: return "continuation_without_start";
            case WsError::message_within_message: return "message_within_message";
            case WsError::message_too_big: return "message_too_big";
            case WsError::too_many_fragments: return "too_many_fragments";
            case WsError::invalid_utf8: return "invalid_utf8";
            case WsError::bad_close_payload: return "bad_close_payload";
            case WsError::bad_close_code: return "bad_close_code";
            case WsError::bad_compression: return "bad_compression";
        }
        return "?";
    }

private:
    bool note(std::string kind, std::string_view content) {
        events.push_back(std::move(kind.append("=").append(content)));
        return !stops;
    }
};

/// Feeds `bytes` in pieces that end at `ends`, keeping unconsumed tails as a connection does. Every piece is in memory of its own size,
/// for AddressSanitizer to watch. Returns the largest tail.
inline std::size_t feed_in_pieces(wire::WsParser& parser, WsRecorder& recorder, std::string_view bytes,
                                  std::span<const std::size_t> ends) {
    std::size_t largest_tail = 0;
    std::string tail;
    std::size_t at = 0;
    for (const std::size_t end : ends) {
        tail += bytes.substr(at, end - at);
        at = end;
        while (true) {
            std::vector<char> memory(tail.begin(), tail.end());
            const std::size_t events = recorder.events.size();
            const std::size_t consumed = parser.feed(memory.data(), memory.size(), recorder);
            // What was not consumed comes again as it was left.
            tail.assign(memory.begin() + static_cast<std::ptrdiff_t>(consumed), memory.end());
            if (!recorder.stops || recorder.events.size() == events) break;
        }
        largest_tail = std::max(largest_tail, tail.size());
    }
    return largest_tail;
}

}  // namespace sio::test
