#include "wire/eio4_packet.hpp"

#include <doctest/doctest.h>

#include <string>

#include "unit/wire/engine_vectors.hpp"

namespace sio::wire::eio4 {
namespace {

const std::string vectors = sio::test::vectors_path("engine.io-4.txt");

TEST_CASE("every Engine.IO 4 packet of the vectors reads as it should") {
    test_vectors::check_reading(vectors, [](auto&&... args) { return decode_packet(args...); });
}

TEST_CASE("every Engine.IO 4 packet of the vectors is written as it should") {
    test_vectors::check_writing(
        vectors, [](auto&&... args) { append_packet(args...); }, [](auto&&... args) { append_binary(args...); });
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
