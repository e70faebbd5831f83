#include "wire/eio3_packet.hpp"

#include <doctest/doctest.h>

#include <string>

#include "unit/wire/engine_vectors.hpp"
#include "wire/eio4_packet.hpp"

namespace sio::wire::eio3 {
namespace {

const std::string vectors = sio::test::vectors_path("engine.io-3.txt");

TEST_CASE("every Engine.IO 3 packet of the vectors reads as it should") {
    test_vectors::check_reading(vectors, [](auto&&... args) { return decode_packet(args...); });
}

TEST_CASE("every Engine.IO 3 packet of the vectors is written as it should") {
    test_vectors::check_writing(
        vectors, [](auto&&... args) { eio4::append_packet(args...); },  // the same in both
        [](auto&&... args) { append_binary(args...); });
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
