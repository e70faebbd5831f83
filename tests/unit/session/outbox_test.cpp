#include <doctest/doctest.h>

#include <string>

#include "session/backlog.hpp"
#include "session/outbox.hpp"

using sio::session::Loss;
using sio::session::Outbox;

namespace {

std::string text(const Outbox& outbox) {
    std::string all;
    for (const auto& entry : outbox.entries()) all += entry.data + ' ';
    return all;
}

}  // namespace

TEST_CASE("an outbox gives its oldest entries, and counts what keeping them takes") {
    Outbox outbox;
    CHECK(outbox.bytes() == 0);
    outbox.push(false, "a");
    const std::size_t one = outbox.bytes();
    CHECK(one > 1);
    outbox.push(true, "b");
    outbox.push(false, "c");
    CHECK(outbox.bytes() == 3 * one);
    const auto first = outbox.take(2);
    REQUIRE(first.size() == 2);
    CHECK(first[0].data == "a");
    CHECK(first[1].binary);
    CHECK(outbox.bytes() == one);
    CHECK(outbox.take(5).size() == 1);
    CHECK(outbox.bytes() == 0);
    CHECK(outbox.empty());
}

TEST_CASE("the oldest packets are dropped whole, and what may not be lost keeps its order") {
    Outbox outbox;
    outbox.push(true, "attachment-of-a-packet-that-is-gone", Loss::with_previous);
    outbox.push(false, "ack1", Loss::never);
    outbox.push(false, "event1", Loss::allowed);
    outbox.push(true, "attachment1", Loss::with_previous);
    outbox.push(true, "attachment2", Loss::with_previous);
    outbox.push(false, "ack2", Loss::never);
    outbox.push(true, "attachment-of-ack2", Loss::with_previous);
    outbox.push(false, "event2", Loss::allowed);
    outbox.push(false, "event3", Loss::allowed);

    CHECK(outbox.drop_oldest(outbox.bytes()) == 0);
    CHECK(outbox.drop_oldest(outbox.bytes() - 1) == 1);
    CHECK(text(outbox) == "attachment-of-a-packet-that-is-gone ack1 ack2 attachment-of-ack2 event2 event3 ");
    CHECK(outbox.drop_oldest(0) == 2);
    CHECK(text(outbox) == "attachment-of-a-packet-that-is-gone ack1 ack2 attachment-of-ack2 ");
    const std::size_t left = outbox.bytes();
    CHECK(outbox.drop_oldest(0) == 0);
    CHECK(outbox.bytes() == left);
}

TEST_CASE("only events that nobody waits to be answered may be lost") {
    using sio::wire::PacketType;
    sio::wire::PacketView packet;
    for (const auto type : {PacketType::connect, PacketType::disconnect, PacketType::ack, PacketType::connect_error}) {
        packet.type = type;
        CHECK(sio::session::loss_of(packet) == Loss::never);
    }
    for (const auto type : {PacketType::event, PacketType::message, PacketType::json}) {
        packet.type = type;
        packet.id.reset();
        CHECK(sio::session::loss_of(packet) == Loss::allowed);
        packet.id = 0;
        CHECK(sio::session::loss_of(packet) == Loss::never);
    }
}
