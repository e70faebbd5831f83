#include "wire/v09_codec.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include "support/vector_file.hpp"

namespace sio::wire::v09 {
namespace {

const std::map<std::string, PacketType> types{
    {"connect", PacketType::connect}, {"disconnect", PacketType::disconnect},
    {"event", PacketType::event},     {"ack", PacketType::ack},
    {"message", PacketType::message}, {"connect_error", PacketType::connect_error},
    {"json", PacketType::json}};

const std::map<std::string, FrameType> silent_types{{"heartbeat", FrameType::heartbeat}, {"noop", FrameType::noop}};

const std::map<std::string, PacketError> errors{
    {"empty_packet", PacketError::empty_packet},    {"unknown_type", PacketError::unknown_type},
    {"nsp_too_long", PacketError::nsp_too_long},    {"bad_id", PacketError::bad_id},
    {"missing_id", PacketError::missing_id},        {"bad_payload", PacketError::bad_payload},
    {"bad_event_name", PacketError::bad_event_name}};

std::vector<test::Vector> vectors() { return test::read_vectors(sio::test::vectors_path("socket.io-0.9.txt")); }

std::string encoded(const PacketView& packet) {
    std::string out;
    encode(packet, out);
    return out;
}

std::string number(std::optional<std::uint64_t> id) { return id ? std::to_string(*id) : ""; }

TEST_CASE("every 0.9 packet of the vectors reads as it should") {
    Decoder decoder;
    for (const test::Vector& vector : vectors()) {
        if (!vector.decodes()) continue;
        CAPTURE(vector.line);
        const Decoded decoded = decoder.decode(vector.bytes);
        if (vector.has("error")) {
            CHECK(decoded.error == errors.at(vector.get("error")));
            continue;
        }
        REQUIRE(decoded.error == PacketError::none);
        const std::string& type = vector.fields.front().key;
        if (const auto silent = silent_types.find(type); silent != silent_types.end()) {
            CHECK(decoded.type == silent->second);
            continue;
        }
        const PacketView& packet = decoded.packet;
        CHECK(packet.type == types.at(type));
        CHECK(packet.nsp == (vector.has("nsp") ? vector.get("nsp") : "/"));
        CHECK(packet.query == vector.get("query"));
        CHECK(number(packet.id) == vector.get("id"));
        CHECK(number(decoded.acknowledge) == vector.get("acknowledge"));
        CHECK(packet.name == vector.get("name"));
        CHECK(packet.data == vector.get("data"));
        CHECK(packet.array == vector.get("array"));
        CHECK(packet.attachments.empty());
    }
}

TEST_CASE("every 0.9 packet of the vectors is written as it should") {
    for (const test::Vector& vector : vectors()) {
        if (!vector.encodes()) continue;
        CAPTURE(vector.line);
        const std::string nsp = vector.has("nsp") ? vector.get("nsp") : "/";
        const std::string name = vector.get("name");
        const std::string data = vector.get("data");
        PacketView packet;
        packet.type = types.at(vector.fields.front().key);
        packet.nsp = nsp;
        if (vector.has("id")) packet.id = std::stoull(vector.get("id"));
        packet.name = name;
        packet.data = data;
        CHECK(encoded(packet) == vector.bytes);
    }
}

TEST_CASE("what other generations say when they connect is left out for 0.9") {
    CHECK(encoded({.type = PacketType::connect, .nsp = "/chat", .data = R"({"sid":"abc"})"}) == "1::/chat");
}

TEST_CASE("the text of a 0.9 message is valid UTF-8 whatever it was made of") {
    CHECK(encoded({.type = PacketType::message, .data = "a\xff\xf0\x9f"}) ==
          "3:::a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    CHECK(encoded({.type = PacketType::event, .name = "a\xff"}) == "5:::{\"name\":\"a\xef\xbf\xbd\"}");
}

TEST_CASE("a 0.9 acknowledgement without data names only the id, an error only numbers") {
    std::string out;
    append_ack(out, "/chat", 7);
    CHECK(out == "6::/chat:7");
    out.clear();
    append_error(out, "/", ErrorReason::client_not_handshaken, true);
    CHECK(out == "7:::1+0");
    out.clear();
    append_error(out, "/chat", ErrorReason::transport_not_supported, false);
    CHECK(out == "7::/chat:0");
}

TEST_CASE("a 0.9 decoder forgets the packet before") {
    Decoder decoder;
    REQUIRE(decoder.decode(R"(5:7+:/chat?a=b:{"name":"\n","args":[1]})").error == PacketError::none);
    const Decoded next = decoder.decode(R"(5:::{"name":"b"})");
    REQUIRE(next.error == PacketError::none);
    CHECK(next.packet.nsp == "/");
    CHECK(next.packet.query.empty());
    CHECK_FALSE(next.packet.id);
    CHECK(next.packet.name == "b");
    CHECK(next.packet.data.empty());
    CHECK(next.packet.array.empty());
}

TEST_CASE("a 0.9 packet cut off anywhere is an error or a packet, never a read beyond its end") {
    Decoder decoder;
    for (const test::Vector& vector : vectors()) {
        for (std::size_t size = 0; size < vector.bytes.size(); ++size) {
            // A copy of its own size on the heap, for AddressSanitizer to watch.
            const std::vector<char> cut(vector.bytes.begin(), vector.bytes.begin() + static_cast<std::ptrdiff_t>(size));
            const Decoded decoded = decoder.decode({cut.data(), cut.size()});
            if (decoded.error == PacketError::none) CHECK_FALSE(decoded.packet.nsp.empty());
        }
    }
}

}  // namespace
}  // namespace sio::wire::v09
