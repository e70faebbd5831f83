#include "wire/ws_frame.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <map>
#include <string>

#include "support/vector_file.hpp"

namespace sio::wire {
namespace {

const std::map<std::string, WsOpcode> opcodes{{"text", WsOpcode::text},
                                              {"binary", WsOpcode::binary},
                                              {"ping", WsOpcode::ping},
                                              {"pong", WsOpcode::pong},
                                              {"close", WsOpcode::close}};

TEST_CASE("every WebSocket vector that is one frame is written as it should") {
    std::size_t count = 0;
    for (const test::Vector& vector : test::read_vectors(sio::test::vectors_path("websocket.txt"))) {
        if (!vector.encodes()) continue;
        CAPTURE(vector.line);
        ++count;
        const test::VectorField& field = vector.fields.back();
        std::string payload = field.value;
        if (field.key == "close") {
            const std::size_t colon = payload.find(':');
            payload = ws_close_payload(static_cast<std::uint16_t>(std::stoi(payload)), payload.substr(colon + 1));
        }
        std::string frame = "kept";
        if (vector.has("client")) {
            append_ws_frame(frame, opcodes.at(field.key), payload);
        } else {
            std::uint32_t mask;
            std::memcpy(&mask, vector.bytes.data() + 2, sizeof mask);
            append_ws_masked_frame(frame, opcodes.at(field.key), payload, mask);
        }
        CHECK(frame == "kept" + vector.bytes);
    }
    CHECK(count > 5);
}

TEST_CASE("a header can be written before its payload") {
    std::string whole;
    append_ws_frame(whole, WsOpcode::text, std::string(300, 'a'));
    std::string parts;
    append_ws_header(parts, WsOpcode::text, 300);
    parts.append(300, 'a');
    CHECK(whole == parts);
}

TEST_CASE("lengths take the shortest of the three forms") {
    const auto header = [](std::size_t size) {
        std::string out;
        append_ws_header(out, WsOpcode::binary, size);
        return out;
    };
    using namespace std::string_literals;
    CHECK(header(0) == "\x82\x00"s);
    CHECK(header(125) == "\x82\x7d"s);
    CHECK(header(126) == "\x82\x7e\x00\x7e"s);
    CHECK(header(0xffff) == "\x82\x7e\xff\xff"s);
    CHECK(header(0x10000) == "\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00"s);
    CHECK(header(0x0102030405060708) == "\x82\x7f\x01\x02\x03\x04\x05\x06\x07\x08"s);
}

TEST_CASE("fragments and compression set their bits") {
    std::string out;
    append_ws_header(out, WsOpcode::text, 1, {.fin = false});
    append_ws_header(out, WsOpcode::continuation, 1);
    append_ws_header(out, WsOpcode::text, 1, {.rsv1 = true});
    CHECK(out == "\x01\x01\x80\x01\xc1\x01");
}

TEST_CASE("close frames carry code and reason") {
    std::string out;
    append_ws_close(out, ws_close::going_away, "bye");
    CHECK(out ==
          "\x88\x05\x03\xe9"
          "bye");
    CHECK(ws_close_payload(ws_close::no_status, "unsaid").empty());
}

TEST_CASE("a reason that is too long is cut between characters") {
    const std::string euros = [] {
        std::string text;
        for (int i = 0; i < 60; ++i) text += "\xe2\x82\xac";
        return text;
    }();
    const std::string payload = ws_close_payload(1000, euros);
    CHECK(payload.size() == 2 + 123);
    CHECK(ws_close_payload(1000, "a" + euros).size() == 2 + 121);
    CHECK(ws_close_payload(1000, std::string(200, 'a')).size() == 125);
}

TEST_CASE("only codes that may be sent are valid") {
    for (const int code :
         {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999}) {
        CHECK(ws_close_code_valid(static_cast<std::uint16_t>(code)));
    }
    for (const int code : {0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535}) {
        CHECK_FALSE(ws_close_code_valid(static_cast<std::uint16_t>(code)));
    }
}

}  // namespace
}  // namespace sio::wire
