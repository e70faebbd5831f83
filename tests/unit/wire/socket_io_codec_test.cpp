#include "wire/socket_io_codec.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include "support/vector_file.hpp"
#include "wire/eio3_codec.hpp"
#include "wire/eio4_codec.hpp"

namespace sio::wire {
namespace {

const std::map<std::string, PacketType> types{{"connect", PacketType::connect},
                                              {"disconnect", PacketType::disconnect},
                                              {"event", PacketType::event},
                                              {"ack", PacketType::ack},
                                              {"connect_error", PacketType::connect_error}};

const std::map<std::string, PacketError> errors{{"empty_packet", PacketError::empty_packet},
                                                {"unknown_type", PacketError::unknown_type},
                                                {"bad_attachment_count", PacketError::bad_attachment_count},
                                                {"too_many_attachments", PacketError::too_many_attachments},
                                                {"nsp_too_long", PacketError::nsp_too_long},
                                                {"bad_id", PacketError::bad_id},
                                                {"missing_id", PacketError::missing_id},
                                                {"missing_payload", PacketError::missing_payload},
                                                {"numeric_event_name", PacketError::numeric_event_name},
                                                {"bad_payload", PacketError::bad_payload},
                                                {"bad_event_name", PacketError::bad_event_name},
                                                {"reserved_event_name", PacketError::reserved_event_name}};

std::vector<test::Vector> vectors(SocketIoRevision revision) {
    return test::read_vectors(revision == SocketIoRevision::v4 ? sio::test::vectors_path("socket.io-4.txt")
                                                               : sio::test::vectors_path("socket.io-5.txt"));
}

std::string encoded(const PacketView& packet, SocketIoRevision revision = SocketIoRevision::v5) {
    std::string out;
    encode_socket_io(revision, packet, out);
    return out;
}

void check_decoding(SocketIoRevision revision) {
    SocketIoDecoder decoder(revision);
    for (const test::Vector& vector : vectors(revision)) {
        if (!vector.decodes()) continue;
        CAPTURE(vector.line);
        const Decoded decoded = decoder.decode(vector.bytes);
        if (vector.has("error")) {
            CHECK(decoded.error == errors.at(vector.get("error")));
            CHECK(error_text(decoded.error) != "unknown error");
            continue;
        }
        REQUIRE(decoded.error == PacketError::none);
        const PacketView& packet = decoded.packet;
        CHECK(packet.type == types.at(vector.fields.front().key));
        CHECK(packet.nsp == (vector.has("nsp") ? vector.get("nsp") : "/"));
        CHECK(packet.query == vector.get("query"));
        CHECK(packet.id.has_value() == vector.has("id"));
        if (vector.has("id") && packet.id) CHECK(std::to_string(*packet.id) == vector.get("id"));
        CHECK(packet.name == vector.get("name"));
        CHECK(packet.data == vector.get("data"));
        CHECK(std::to_string(decoded.attachments) == (vector.has("attachments") ? vector.get("attachments") : "0"));
        CHECK(packet.attachments.empty());
        const bool has_array = packet.type == PacketType::event || packet.type == PacketType::ack;
        if (vector.has("array")) {
            CHECK(packet.array == vector.get("array"));
        } else if (has_array) {
            const std::size_t bracket = vector.bytes.find('[');
            CHECK(packet.array == vector.bytes.substr(bracket, vector.bytes.rfind(']') + 1 - bracket));
        } else {
            CHECK(packet.array.empty());
        }
    }
}

void check_encoding(SocketIoRevision revision) {
    for (const test::Vector& vector : vectors(revision)) {
        if (!vector.encodes()) continue;
        CAPTURE(vector.line);
        const std::string nsp = vector.has("nsp") ? vector.get("nsp") : "/";
        const std::string query = vector.get("query");
        const std::string name = vector.get("name");
        const std::string data = vector.get("data");
        const std::vector<Binary> attachments(vector.has("attachments") ? std::stoul(vector.get("attachments")) : 0);
        PacketView packet;
        packet.type = types.at(vector.fields.front().key);
        packet.nsp = nsp;
        packet.query = query;
        if (vector.has("id")) packet.id = std::stoull(vector.get("id"));
        packet.name = name;
        packet.data = data;
        packet.attachments = attachments;
        CHECK(encoded(packet, revision) == vector.bytes);
    }
}

TEST_CASE("every Socket.IO 4 packet of the vectors reads as it should") { check_decoding(SocketIoRevision::v4); }

TEST_CASE("every Socket.IO 5 packet of the vectors reads as it should") { check_decoding(SocketIoRevision::v5); }

TEST_CASE("every Socket.IO 4 packet of the vectors is written as it should") { check_encoding(SocketIoRevision::v4); }

TEST_CASE("every Socket.IO 5 packet of the vectors is written as it should") { check_encoding(SocketIoRevision::v5); }

TEST_CASE("each generation has its revision") {
    std::string eio3_text;
    std::string eio4_text;
    const PacketView packet{.type = PacketType::event, .name = "\xc3\xa9"};
    eio3::encode(packet, eio3_text);
    eio4::encode(packet, eio4_text);
    CHECK(eio3_text == R"(2["\u00e9"])");
    CHECK(eio4_text == "2[\"\xc3\xa9\"]");
    CHECK(eio3::Decoder().decode("0{}").error == PacketError::bad_payload);
    CHECK(eio4::Decoder().decode("0{}").error == PacketError::none);
}

TEST_CASE("everything that an application may send to Socket.IO 4 is ASCII") {
    const auto to_v4 = [](const PacketView& packet) { return encoded(packet, SocketIoRevision::v4); };
    CHECK(to_v4({.type = PacketType::event, .name = "\xf0\x9f\x92\xa9", .data = "\"\xe2\x82\xac\",[\"\xc3\xa9\"]"}) ==
          R"(2["\ud83d\udca9","\u20ac",["\u00e9"]])");
    CHECK(to_v4({.type = PacketType::ack, .id = 1, .data = "\"\xe2\x80\xa8\""}) == R"(31["\u2028"])");
    CHECK(to_v4({.type = PacketType::message, .data = "\xc3\xa9"}) == R"(2["message","\u00e9"])");
    CHECK(to_v4({.type = PacketType::json, .data = "\"\xc3\xa9\""}) == R"(2["message","\u00e9"])");
    CHECK(to_v4({.type = PacketType::connect_error, .data = "\"\xc3\xa9\""}) == R"(4"\u00e9")");
}

TEST_CASE("encoding appends to what is there") {
    std::string out = "4";
    encode_socket_io(SocketIoRevision::v5, {.type = PacketType::event, .name = "a"}, out);
    CHECK(out == R"(42["a"])");
}

TEST_CASE("packets that only 0.9 has become the event 'message'") {
    CHECK(encoded({.type = PacketType::message, .data = "say \"hi\""}) == R"(2["message","say \"hi\""])");
    CHECK(encoded({.type = PacketType::json, .nsp = "/chat", .data = R"({"a":1})"}) == R"(2/chat,["message",{"a":1}])");
}

TEST_CASE("an event name that is not UTF-8 still makes a valid packet") {
    CHECK(encoded({.type = PacketType::event, .name = "a\xff"}) == "2[\"a\xef\xbf\xbd\"]");
}

TEST_CASE("the limits of a decoder are its own") {
    eio4::Decoder decoder({.max_attachments = 2, .max_nsp_bytes = 5});
    CHECK(decoder.decode(R"(52-["a"])").error == PacketError::none);
    CHECK(decoder.decode(R"(53-["a"])").error == PacketError::too_many_attachments);
    CHECK(decoder.decode(R"(2/chat,["a"])").error == PacketError::none);
    CHECK(decoder.decode(R"(2/chats,["a"])").error == PacketError::nsp_too_long);
    CHECK(decoder.decode("0/chat?token=a-long-query-is-no-name").error == PacketError::none);
}

TEST_CASE("a decoder forgets the packet before") {
    eio4::Decoder decoder;
    REQUIRE(decoder.decode(R"(51-/chat?a=b,7["\n",1])").error == PacketError::none);
    const Decoded next = decoder.decode(R"(2["b"])");
    REQUIRE(next.error == PacketError::none);
    CHECK(next.attachments == 0);
    CHECK(next.packet.nsp == "/");
    CHECK(next.packet.query.empty());
    CHECK_FALSE(next.packet.id);
    CHECK(next.packet.name == "b");
    CHECK(next.packet.data.empty());
}

TEST_CASE("a packet cut off anywhere is an error or a packet, never a read beyond its end") {
    for (const SocketIoRevision revision : {SocketIoRevision::v4, SocketIoRevision::v5})
        for (const test::Vector& vector : vectors(revision)) {
            SocketIoDecoder decoder(revision);
            for (std::size_t size = 0; size < vector.bytes.size(); ++size) {
                // A copy of its own size on the heap, for AddressSanitizer to watch.
                const std::vector<char> cut(vector.bytes.begin(),
                                            vector.bytes.begin() + static_cast<std::ptrdiff_t>(size));
                const Decoded decoded = decoder.decode({cut.data(), cut.size()});
                if (decoded.error != PacketError::none) continue;
                CHECK(decoded.packet.nsp.starts_with('/'));
            }
        }
}

}  // namespace
}  // namespace sio::wire
