#include "wire/eio4_payload.hpp"

#include <doctest/doctest.h>

#include <map>
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

const std::map<std::string, EngineError> errors{{"empty_packet", EngineError::empty_packet},
                                                {"unknown_type", EngineError::unknown_type},
                                                {"bad_base64", EngineError::bad_base64},
                                                {"too_many_packets", EngineError::too_many_packets}};

TEST_CASE("every Engine.IO 4 payload of the vectors reads as it should") {
    for (const test::Vector& vector : test::read_vectors(sio::test::vectors_path("engine.io-4-payload.txt"))) {
        CAPTURE(vector.line);
        std::vector<std::string> expected;
        for (const test::VectorField& field : vector.fields) {
            const bool error = field.key == "error";
            expected.push_back(field.key + "=" +
                               (error ? std::string(error_text(errors.at(field.value))) : field.value));
        }
        CHECK(read(vector.bytes) == expected);
    }
}

TEST_CASE("every Engine.IO 4 payload of the vectors is written as it should") {
    for (const test::Vector& vector : test::read_vectors(sio::test::vectors_path("engine.io-4-payload.txt"))) {
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
