#include "wire/eio3_payload.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "unit/wire/engine_vectors.hpp"

namespace sio::wire::eio3 {
namespace {

const std::string text_vectors = sio::test::vectors_path("engine.io-3-payload.txt");
const std::string binary_vectors = sio::test::vectors_path("engine.io-3-binary-payload.txt");

// What a payload decodes to, in the words of the vectors.
template <class Decoder>
std::vector<std::string> read(std::string_view payload, std::size_t max_packets = 16) {
    std::vector<std::string> fields;
    Decoder packets(payload, max_packets);
    while (packets.next()) {
        const EnginePacket& packet = packets.packet();
        std::string field = packet.binary ? "binary=" : "text=";
        if (!packet.binary) field += static_cast<char>('0' + static_cast<int>(packet.type));
        fields.push_back(field + std::string(packet.data));
    }
    if (packets.error() != EngineError::none) {
        CHECK(error_text(packets.error()) != "unknown error");
        fields.push_back("error=" + std::string(test_vectors::name_of(packets.error())));
    }
    CHECK_FALSE(packets.next());
    return fields;
}

template <class Decoder>
void check_decoding(const std::string& file) {
    for (const test::Vector& vector : test::read_vectors(file)) {
        CAPTURE(vector.line);
        std::vector<std::string> expected;
        for (const test::VectorField& field : vector.fields) expected.push_back(field.key + "=" + field.value);
        CHECK(read<Decoder>(vector.bytes) == expected);
    }
}

template <class Encoder>
void check_encoding(const std::string& file) {
    for (const test::Vector& vector : test::read_vectors(file)) {
        if (!vector.encodes()) continue;
        CAPTURE(vector.line);
        std::string payload;
        Encoder encoder(payload);
        for (const test::VectorField& field : vector.fields) {
            field.key == "binary" ? encoder.add_binary(field.value) : encoder.add_encoded(field.value);
        }
        CHECK(payload == vector.bytes);
    }
}

template <class Decoder>
void check_cuts(const std::string& file) {
    for (const test::Vector& vector : test::read_vectors(file)) {
        for (std::size_t size = 0; size < vector.bytes.size(); ++size) {
            // A copy of its own size on the heap, for AddressSanitizer to watch.
            const std::vector<char> cut(vector.bytes.begin(), vector.bytes.begin() + static_cast<std::ptrdiff_t>(size));
            CHECK(!read<Decoder>({cut.data(), cut.size()}).empty());
        }
    }
}

TEST_CASE("every Engine.IO 3 text payload of the vectors reads as it should") {
    check_decoding<TextPayloadDecoder>(text_vectors);
}

TEST_CASE("every Engine.IO 3 text payload of the vectors is written as it should") {
    check_encoding<TextPayloadEncoder>(text_vectors);
}

TEST_CASE("every Engine.IO 3 binary payload of the vectors reads as it should") {
    check_decoding<BinaryPayloadDecoder>(binary_vectors);
}

TEST_CASE("every Engine.IO 3 binary payload of the vectors is written as it should") {
    check_encoding<BinaryPayloadEncoder>(binary_vectors);
}

TEST_CASE("an Engine.IO 3 payload cut off anywhere is packets or an error, never a read beyond its end") {
    check_cuts<TextPayloadDecoder>(text_vectors);
    check_cuts<BinaryPayloadDecoder>(binary_vectors);
}

TEST_CASE("an Engine.IO 3 payload may hold as many packets as the limit says and not one more") {
    CHECK(read<TextPayloadDecoder>("1:21:2", 2).size() == 2);
    CHECK(read<TextPayloadDecoder>("1:21:2", 1).back() == "error=too_many_packets");
    CHECK(read<TextPayloadDecoder>("1:2", 0).back() == "error=too_many_packets");
    CHECK(read<BinaryPayloadDecoder>(std::string_view("\0\1\xff"
                                                      "2\0\1\xff"
                                                      "2",
                                                      8),
                                     1)
              .back() == "error=too_many_packets");
}

TEST_CASE("a text payload that is not UTF-8 is packets or an error") {
    CHECK(read<TextPayloadDecoder>("1:\xff") == std::vector<std::string>{"error=bad_length"});
    CHECK(read<TextPayloadDecoder>("2:4\x80\x80") == std::vector<std::string>{"error=bad_length"});
}

}  // namespace
}  // namespace sio::wire::eio3
