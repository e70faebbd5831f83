#include "wire/attachment_collector.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

#include "wire/eio4_codec.hpp"

namespace sio::wire {
namespace {

constexpr std::string_view two_attachments =
    R"(52-/chat,7["pic\n",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])";

TEST_CASE("a packet is whole when its last attachment has arrived") {
    AttachmentCollector collector;
    {
        // Nothing of what the packet was read from may be needed later.
        eio4::Decoder decoder;
        std::string text(two_attachments);
        const Decoded decoded = decoder.decode(text);
        REQUIRE(decoded.error == PacketError::none);
        REQUIRE(collector.begin(decoded.packet, decoded.attachments) == PacketError::none);
        text.assign(text.size(), 'x');
    }
    CHECK(collector.pending());
    CHECK_FALSE(collector.complete());
    CHECK(collector.add(std::string_view("\0\1", 2)) == PacketError::none);
    CHECK_FALSE(collector.complete());
    CHECK(collector.add("") == PacketError::none);
    REQUIRE(collector.complete());

    const PacketView& packet = collector.packet();
    CHECK(packet.type == PacketType::event);
    CHECK(packet.nsp == "/chat");
    CHECK(packet.id == 7);
    CHECK(packet.name == "pic\n");
    CHECK(packet.data == R"({"_placeholder":true,"num":0},{"_placeholder":true,"num":1})");
    CHECK(packet.array == two_attachments.substr(10));
    REQUIRE(packet.attachments.size() == 2);
    CHECK(packet.attachments[0].bytes() == std::string("\0\1", 2));
    CHECK(packet.attachments[1].empty());
}

TEST_CASE("a whole packet stays valid when its collector is moved and another begins") {
    AttachmentCollector collector;
    REQUIRE(collector.begin({.name = "a", .data = "1"}, 1) == PacketError::none);
    REQUIRE(collector.add("x") == PacketError::none);
    const PacketView& packet = collector.packet();
    const AttachmentCollector kept = std::move(collector);
    collector = AttachmentCollector();
    REQUIRE(collector.begin({.name = "b"}, 1) == PacketError::none);
    CHECK(packet.name == "a");
    CHECK(packet.attachments[0].bytes() == "x");
}

TEST_CASE("an attachment that no packet announced is an error") {
    AttachmentCollector collector;
    CHECK_FALSE(collector.pending());
    CHECK(collector.add("x") == PacketError::unexpected_binary);

    REQUIRE(collector.begin({.name = "a"}, 1) == PacketError::none);
    REQUIRE(collector.add("x") == PacketError::none);
    CHECK(collector.add("y") == PacketError::unexpected_binary);
    CHECK_FALSE(collector.pending());
}

TEST_CASE("a packet that begins before the one before it is whole is an error") {
    AttachmentCollector collector;
    REQUIRE(collector.begin({.name = "a"}, 2) == PacketError::none);
    CHECK(collector.begin({.name = "b"}, 1) == PacketError::unexpected_text);
    CHECK_FALSE(collector.pending());
}

TEST_CASE("the bytes of all attachments together are limited") {
    AttachmentCollector collector;
    REQUIRE(collector.begin({.name = "a"}, 3, 5) == PacketError::none);
    CHECK(collector.add("123") == PacketError::none);
    CHECK(collector.add("45") == PacketError::none);
    CHECK(collector.add("6") == PacketError::attachments_too_large);
    CHECK_FALSE(collector.pending());
}

TEST_CASE("a cleared collector is ready for the next packet") {
    AttachmentCollector collector;
    REQUIRE(collector.begin({.name = "a"}, 1) == PacketError::none);
    collector.clear();
    CHECK_FALSE(collector.pending());
    CHECK_FALSE(collector.complete());
    CHECK(collector.begin({.name = "b"}, 1) == PacketError::none);
    CHECK(collector.pending());
}

TEST_CASE("a collector costs a pointer while nothing is pending") {
    CHECK(sizeof(AttachmentCollector) == sizeof(void*));
}

}  // namespace
}  // namespace sio::wire
