#include "wire/eio4_payload.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/vector_file.hpp"
#include "util/base64.hpp"

namespace sio::wire::eio4 {
namespace {

// What a payload decodes to, in the words of the vectors.
std::vector<std::string> read(std::string_view payload, std::size_t max_packets = PayloadDecoder::default_max_packets) {
    std::vector<std::string> fields;
    PayloadDecoder packets(payload, max_packets);
    while (packets.next()) {
        std::string field = packets.packet().binary ? "binary=" : "text=";
        if (!packets.packet().binary) append_packet(field, packets.packet().type);
        fields.push_back(field + std::string(packets.packet().data));
    }
    if (packets.error() != EngineError::none) {
        fields.push_back("error=" + std::string(error_text(packets.error())));
    }
    CHECK_FALSE(packets.next());
    return fields;
}

std::string_view words_of(std::string_view error) {
    for (const EngineError each : {EngineError::empty_packet, EngineError::unknown_type, EngineError::bad_base64,
                                   EngineError::too_many_packets}) {
        std::string name(error_text(each));
        if (error == "empty_packet" && each == EngineError::empty_packet) return error_text(each);
        if (error == "unknown_type" && each == EngineError::unknown_type) return error_text(each);
        if (error == "bad_base64" && each == EngineError::bad_base64) return error_text(each);
        if (error == "too_many_packets" && each == EngineError::too_many_packets) return error_text(each);
    }
    return "no such error";
}

TEST_CASE("every Engine.IO 4 payload of the vectors reads as it should") {
    for (const test::Vector& vector : test::read_vectors(SIO_TEST_DATA "/engine.io-4-payload.txt")) {
        CAPTURE(vector.line);
        std::vector<std::string> expected;
        for (const test::VectorField& field : vector.fields) {
            const bool error = field.key == "error";
            expected.push_back(field.key + "=" + (error ? std::string(words_of(field.value)) : field.value));
        }
        CHECK(read(vector.bytes) == expected);
    }
}

TEST_CASE("every Engine.IO 4 payload of the vectors is written as it should") {
    for (const test::Vector& vector : test::read_vectors(SIO_TEST_DATA "/engine.io-4-payload.txt")) {
        if (!vector.encodes()) continue;
        CAPTURE(vector.line);
        std::string payload;
        PayloadEncoder encoder(payload);
        for (const test::VectorField& field : vector.fields) {
            if (field.key == "binary") {
                encoder.add_binary(field.value);
            } else {
                encoder.add_encoded(field.value);
            }
        }
        CHECK(payload == vector.bytes);
    }
}

TEST_CASE("a payload may hold as many packets as the limit says and not one more") {
    CHECK(read("2\x1e"
               "2",
               2)
              .size() == 2);
    CHECK(read("2\x1e"
               "2",
               1)
              .back() == "error=too many packets in a payload");
    CHECK(read("2", 0).back() == "error=too many packets in a payload");
}

TEST_CASE("packets of all kinds join into one payload") {
    std::string payload;
    PayloadEncoder encoder(payload);
    encoder.add(EngineType::pong, "probe");
    encoder.add_binary("");
    encoder.add(EngineType::message);
    CHECK(payload ==
          "3probe\x1e"
          "b\x1e"
          "4");
}

}  // namespace
}  // namespace sio::wire::eio4
