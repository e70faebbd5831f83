#include "wire/ws_parser.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "support/vector_file.hpp"
#include "support/ws_recorder.hpp"

namespace sio::wire {
namespace {

// A vector of websocket.txt with its settings taken out.
struct Case {
    WsParserOptions options;
    std::vector<std::string> events;
};

Case case_of(const test::Vector& vector) {
    Case each;
    for (const test::VectorField& field : vector.fields) {
        if (field.key == "client") {
            each.options.role = WsRole::client;
        } else if (field.key == "deflate") {
            each.options.compression = true;
        } else if (field.key == "limit") {
            each.options.max_message_bytes = std::stoul(field.value);
        } else if (field.key == "fragments") {
            each.options.max_fragments = static_cast<std::uint32_t>(std::stoul(field.value));
        } else {
            each.events.push_back(field.key + "=" + field.value);
        }
    }
    return each;
}

std::vector<test::Vector> vectors() { return test::read_vectors(sio::test::vectors_path("websocket.txt")); }

std::vector<std::string> read(const WsParserOptions& options, std::string_view bytes, std::span<const std::size_t> ends,
                              bool stops = false) {
    WsParser parser(options);
    test::WsRecorder recorder;
    recorder.stops = stops;
    const std::size_t tail = test::feed_in_pieces(parser, recorder, bytes, ends);
    CHECK(tail <= WsParser::max_tail);
    return recorder.events;
}

std::vector<std::string> read(const WsParserOptions& options, std::string_view bytes) {
    const std::size_t end = bytes.size();
    return read(options, bytes, {&end, 1});
}

std::string masked(WsOpcode opcode, std::string_view payload, WsFrameBits bits = {}) {
    std::string frame;
    append_ws_masked_frame(frame, opcode, payload, 0x04c3b2a1, bits);
    return frame;
}

TEST_CASE("every WebSocket vector reads as it should") {
    for (const test::Vector& vector : vectors()) {
        CAPTURE(vector.line);
        const Case each = case_of(vector);
        CHECK(read(each.options, vector.bytes) == each.events);
    }
}

TEST_CASE("every WebSocket vector reads the same when each event stops the parser") {
    for (const test::Vector& vector : vectors()) {
        CAPTURE(vector.line);
        const Case each = case_of(vector);
        const std::size_t end = vector.bytes.size();
        CHECK(read(each.options, vector.bytes, {&end, 1}, true) == each.events);
    }
}

TEST_CASE("every WebSocket vector reads the same byte by byte") {
    for (const test::Vector& vector : vectors()) {
        CAPTURE(vector.line);
        const Case each = case_of(vector);
        std::vector<std::size_t> ends(vector.bytes.size());
        std::iota(ends.begin(), ends.end(), std::size_t{1});
        CHECK(read(each.options, vector.bytes, ends) == each.events);
    }
}

TEST_CASE("every WebSocket vector reads the same in two pieces, wherever it is cut") {
    for (const test::Vector& vector : vectors()) {
        CAPTURE(vector.line);
        const Case each = case_of(vector);
        // Of the longest ones only the cuts in and near the header matter.
        const std::size_t cuts = std::min<std::size_t>(vector.bytes.size(), 600);
        for (std::size_t cut = 0; cut <= cuts; ++cut) {
            const std::size_t ends[] = {cut, vector.bytes.size()};
            const auto events = read(each.options, vector.bytes, ends);
            if (events != each.events) FAIL_CHECK("cut at ", cut);
        }
    }
}

TEST_CASE("whole messages are delivered where they were read") {
    std::string bytes = masked(WsOpcode::text, "hello") + masked(WsOpcode::binary, std::string(1000, 'x'));
    struct Receiver final : WsReceiver {
        std::vector<const char*> at;
        bool on_message(const WsMessage& message) override {
            at.push_back(message.data);
            return true;
        }
        bool on_ping(std::string_view) override { return true; }
        bool on_pong(std::string_view) override { return true; }
        void on_close(std::uint16_t, std::string_view) override {}
        void on_error(WsError) override {}
    } receiver;
    const WsParserOptions options;
    WsParser parser(options);
    CHECK(parser.feed(bytes.data(), bytes.size(), receiver) == bytes.size());
    CHECK(receiver.at == std::vector<const char*>{bytes.data() + 6, bytes.data() + 6 + 5 + 8});
}

TEST_CASE("a parser that is stopped leaves the rest unconsumed") {
    std::string bytes = masked(WsOpcode::text, "a") + masked(WsOpcode::text, "b");
    const WsParserOptions options;
    WsParser parser(options);
    test::WsRecorder recorder;
    recorder.stops = true;
    CHECK(parser.feed(bytes.data(), bytes.size(), recorder) == bytes.size() / 2);
    CHECK(recorder.events == std::vector<std::string>{"text=a"});
}

TEST_CASE("a receiver may destroy the parser in every call that ends or stops it") {
    struct Receiver final : WsReceiver {
        std::unique_ptr<WsParser> parser;
        int calls = 0;
        bool destroy() {
            parser.reset();
            ++calls;
            return false;
        }
        bool on_message(const WsMessage& message) override {
            CHECK(message.payload() == "ab");
            destroy();
            // The payload outlives the parser until the call returns.
            CHECK(message.payload() == "ab");
            return false;
        }
        bool on_ping(std::string_view) override { return destroy(); }
        bool on_pong(std::string_view) override { return destroy(); }
        void on_close(std::uint16_t, std::string_view) override { destroy(); }
        void on_error(WsError) override { destroy(); }
    };
    const WsParserOptions options;
    const std::vector<std::string> inputs{
        masked(WsOpcode::text, "ab"),
        masked(WsOpcode::text, "a", {.fin = false}) + masked(WsOpcode::continuation, "b"),
        masked(WsOpcode::ping, ""),
        masked(WsOpcode::pong, ""),
        masked(WsOpcode::close, ""),
        masked(WsOpcode::close, "x"),
        masked(WsOpcode::text, "\xff"),
        masked(WsOpcode::text, "\xff", {.fin = false}),
        masked(WsOpcode::text, "\xff\xff").substr(0, 7),
        std::string("\x83\x80", 2),
    };
    for (std::string input : inputs) {
        Receiver receiver;
        receiver.parser = std::make_unique<WsParser>(options);
        input += masked(WsOpcode::text, "never read");
        WsParser* const parser = receiver.parser.get();
        parser->feed(input.data(), input.size(), receiver);
        CHECK(receiver.calls == 1);
    }
}

TEST_CASE("a large message that trickles in is put together") {
    std::string payload;
    for (int i = 0; i < 200'000; ++i) payload += static_cast<char>('a' + i % 26);
    payload += "\xe2\x82\xac";
    const std::string bytes = masked(WsOpcode::text, payload) + masked(WsOpcode::ping, "after");
    std::vector<std::size_t> ends;
    for (std::size_t end = 7; end < bytes.size(); end += 1 + end % 211) ends.push_back(end);
    ends.push_back(bytes.size());
    CHECK(read({}, bytes, ends) == std::vector<std::string>{"text=" + payload, "ping=after"});
}

TEST_CASE("as many fragments are taken as the default limit says") {
    std::string bytes = masked(WsOpcode::binary, "a", {.fin = false});
    for (int i = 1; i < 16'383; ++i) bytes += masked(WsOpcode::continuation, "", {.fin = false});
    CHECK(read({}, bytes + masked(WsOpcode::continuation, "z")) == std::vector<std::string>{"binary=az"});
    bytes += masked(WsOpcode::continuation, "", {.fin = false});
    CHECK(read({}, bytes + masked(WsOpcode::continuation, "")) == std::vector<std::string>{"binary=a"});
    for (const auto& more : {masked(WsOpcode::continuation, "z"), masked(WsOpcode::continuation, "", {.fin = false})}) {
        CHECK(read({}, bytes + more) == std::vector<std::string>{"error=too_many_fragments"});
    }
}

TEST_CASE("errors close with the codes of RFC 6455 section 7.4.1") {
    CHECK(close_code(WsError::reserved_bit) == 1002);
    CHECK(close_code(WsError::mask_missing) == 1002);
    CHECK(close_code(WsError::bad_close_code) == 1002);
    CHECK(close_code(WsError::invalid_utf8) == 1007);
    CHECK(close_code(WsError::too_many_fragments) == 1008);
    CHECK(close_code(WsError::message_too_big) == 1009);
}

TEST_CASE("every error has words") {
    for (int i = 0; i <= static_cast<int>(WsError::bad_close_code); ++i) {
        CHECK(error_text(static_cast<WsError>(i)) != "unknown error");
    }
}

TEST_CASE("an idle parser costs a few words and no heap") { CHECK(sizeof(WsParser) <= 24); }

TEST_CASE("a parser moves with the message that it holds") {
    const WsParserOptions options;
    WsParser first(options);
    test::WsRecorder recorder;
    std::string start = masked(WsOpcode::text, "a", {.fin = false});
    CHECK(first.feed(start.data(), start.size(), recorder) == start.size());
    WsParser second = std::move(first);
    std::string end = masked(WsOpcode::continuation, "b");
    CHECK(second.feed(end.data(), end.size(), recorder) == end.size());
    CHECK(recorder.events == std::vector<std::string>{"text=ab"});
}

}  // namespace
}  // namespace sio::wire
