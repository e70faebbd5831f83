#include "wire/eio3_packet.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

#include "support/vector_file.hpp"
#include "wire/eio4_packet.hpp"

namespace sio::wire::eio3 {
namespace {

constexpr std::array<std::string_view, 7> type_names{"open", "close", "ping", "pong", "message", "upgrade", "noop"};
const std::map<std::string, EngineError> errors{{"empty_packet", EngineError::empty_packet},
                                                {"unknown_type", EngineError::unknown_type},
                                                {"bad_base64", EngineError::bad_base64}};

TEST_CASE("every Engine.IO 3 packet of the vectors reads as it should") {
    std::string decoded = "left over";
    for (const test::Vector& vector : test::read_vectors(SIO_TEST_DATA "/engine.io-3.txt")) {
        CAPTURE(vector.line);
        EnginePacket packet;
        const EngineError error = decode_packet(vector.bytes, decoded, packet);
        if (vector.has("error")) {
            CHECK(error == errors.at(vector.get("error")));
            continue;
        }
        REQUIRE(error == EngineError::none);
        CHECK(type_names[static_cast<std::size_t>(packet.type)] == vector.fields.front().key);
        CHECK(packet.binary == vector.has("binary"));
        CHECK(packet.data == vector.get("data"));
    }
}

TEST_CASE("every Engine.IO 3 packet of the vectors is written as it should") {
    for (const test::Vector& vector : test::read_vectors(SIO_TEST_DATA "/engine.io-3.txt")) {
        if (!vector.encodes()) continue;
        CAPTURE(vector.line);
        std::string out = "kept";
        if (vector.has("binary")) {
            append_binary(out, vector.get("data"));
        } else {
            std::size_t type = 0;
            while (type_names[type] != vector.fields.front().key) ++type;
            eio4::append_packet(out, static_cast<EngineType>(type), vector.get("data"));  // the same in both
        }
        CHECK(out == "kept" + vector.bytes);
    }
}

TEST_CASE("a binary packet is a message, its type a byte in front") {
    EnginePacket packet;
    const std::string_view bytes("\x04\x00\xff", 3);
    REQUIRE(decode_binary_packet(bytes, packet) == EngineError::none);
    CHECK(packet.binary);
    CHECK(packet.type == EngineType::message);
    CHECK(packet.data == bytes.substr(1));
    CHECK(packet.data.data() == bytes.data() + 1);
    REQUIRE(decode_binary_packet("\x04", packet) == EngineError::none);
    CHECK(packet.data.empty());
    CHECK(decode_binary_packet("", packet) == EngineError::empty_packet);
    CHECK(decode_binary_packet("4hello", packet) == EngineError::unknown_type);
    CHECK(decode_binary_packet("\x02probe", packet) == EngineError::unknown_type);
    CHECK(decode_binary_packet(std::string_view("\0", 1), packet) == EngineError::unknown_type);
}

}  // namespace
}  // namespace sio::wire::eio3
