#include "wire/v09_payload.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include "support/vector_file.hpp"

namespace sio::wire::v09 {
namespace {

constexpr std::size_t max_packets = 8;

const std::map<std::string, PayloadError> errors{{"empty", PayloadError::empty},
                                                 {"bad_frame", PayloadError::bad_frame},
                                                 {"bad_length", PayloadError::bad_length},
                                                 {"too_many_packets", PayloadError::too_many_packets}};

std::vector<test::Vector> vectors() { return test::read_vectors(sio::test::vectors_path("socket.io-0.9-payload.txt")); }

std::vector<std::string> packets_of(const test::Vector& vector) {
    std::vector<std::string> packets;
    for (const auto& field : vector.fields) {
        if (field.key == "p") packets.push_back(field.value);
    }
    return packets;
}

TEST_CASE("every 0.9 payload of the vectors reads as it should") {
    for (const test::Vector& vector : vectors()) {
        CAPTURE(vector.line);
        PayloadDecoder decoder(vector.bytes, max_packets);
        std::vector<std::string> packets;
        while (decoder.next()) packets.emplace_back(decoder.packet());
        CHECK(packets == packets_of(vector));
        CHECK(decoder.error() == (vector.has("error") ? errors.at(vector.get("error")) : PayloadError::none));
        CHECK(error_text(decoder.error()) != "unknown error");
        CHECK_FALSE(decoder.next());
    }
}

TEST_CASE("every 0.9 payload of the vectors is written as it should") {
    for (const test::Vector& vector : vectors()) {
        if (!vector.encodes()) continue;
        CAPTURE(vector.line);
        std::string payload;
        PayloadEncoder encoder(payload);
        for (const auto& packet : packets_of(vector)) encoder.add(packet);
        CHECK(payload == vector.bytes);
    }
}

TEST_CASE("a 0.9 payload cut off anywhere is never read beyond its end") {
    for (const test::Vector& vector : vectors()) {
        for (std::size_t size = 0; size < vector.bytes.size(); ++size) {
            const auto byte = static_cast<unsigned char>(vector.bytes[size]);
            if ((byte & 0xc0) == 0x80) continue;  // not within a character
            const std::vector<char> cut(vector.bytes.begin(), vector.bytes.begin() + static_cast<std::ptrdiff_t>(size));
            PayloadDecoder decoder({cut.data(), cut.size()}, max_packets);
            std::size_t bytes = 0;
            while (decoder.next()) bytes += decoder.packet().size();
            CHECK(bytes <= size);
        }
    }
}

}  // namespace
}  // namespace sio::wire::v09
