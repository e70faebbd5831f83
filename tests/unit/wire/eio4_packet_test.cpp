#include "wire/eio4_packet.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

#include "support/vector_file.hpp"

namespace sio::wire::eio4 {
namespace {

constexpr std::array<std::string_view, 7> type_names{"open", "close", "ping", "pong", "message", "upgrade", "noop"};

std::string name_of(EngineError error) {
    switch (error) {
        case EngineError::none: return "none";
        case EngineError::empty_packet: return "empty_packet";
        case EngineError::unknown_type: return "unknown_type";
        case EngineError::bad_base64: return "bad_base64";
        case EngineError::too_many_packets: return "too_many_packets";
        case EngineError::bad_length: return "bad_length";
        case EngineError::bad_utf8: return "bad_utf8";
    }
    return "?";
}

TEST_CASE("every Engine.IO 4 packet of the vectors reads as it should") {
    std::string decoded = "left over";
    for (const test::Vector& vector : test::read_vectors(SIO_TEST_DATA "/engine.io-4.txt")) {
        CAPTURE(vector.line);
        EnginePacket packet;
        const EngineError error = decode_packet(vector.bytes, decoded, packet);
        if (vector.has("error")) {
            CHECK(name_of(error) == vector.get("error"));
            CHECK(error_text(error) != "unknown error");
            continue;
        }
        REQUIRE(error == EngineError::none);
        CHECK(type_names[static_cast<std::size_t>(packet.type)] == vector.fields.front().key);
        CHECK(packet.binary == vector.has("binary"));
        CHECK(packet.data == vector.get("data"));
    }
}

TEST_CASE("every Engine.IO 4 packet of the vectors is written as it should") {
    for (const test::Vector& vector : test::read_vectors(SIO_TEST_DATA "/engine.io-4.txt")) {
        if (!vector.encodes()) continue;
        CAPTURE(vector.line);
        std::string out = "kept";
        if (vector.has("binary")) {
            append_binary(out, vector.get("data"));
        } else {
            std::size_t type = 0;
            while (type_names[type] != vector.fields.front().key) ++type;
            append_packet(out, static_cast<EngineType>(type), vector.get("data"));
        }
        CHECK(out == "kept" + vector.bytes);
    }
}

TEST_CASE("the data of a text packet is a view into the text") {
    const std::string text = "4hello";
    std::string decoded;
    EnginePacket packet;
    REQUIRE(decode_packet(text, decoded, packet) == EngineError::none);
    CHECK(packet.data.data() == text.data() + 1);
    CHECK(decoded.empty());
}

}  // namespace
}  // namespace sio::wire::eio4
