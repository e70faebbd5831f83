// Socket.IO 4 packets: what decodes also encodes, in ASCII but for the namespace, to a text that decodes to the same packet.

#include <algorithm>
#include <string>
#include <vector>

#include "check.hpp"
#include "util/utf8.hpp"
#include "wire/eio3_codec.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace sio::wire;
    const std::string_view text = sio::fuzz::text_of(data, size);
    eio3::Decoder decoder;
    const Decoded first = decoder.decode(text);
    if (first.error != PacketError::none) return 0;
    FUZZ_CHECK(first.packet.nsp.starts_with('/'));
    FUZZ_CHECK(!is_reserved_event(first.packet.name));
    if (first.packet.type == PacketType::connect) FUZZ_CHECK(first.packet.data.empty());

    // Without the white space that stood before it, an error that is a number is read as an id, as by the reference
    // parser, and one that is no JSON (which nobody has looked at yet) may be read as a namespace.
    if (first.packet.type == PacketType::connect_error) {
        const char front = first.packet.data.front();
        if (front == '/' || (front >= '0' && front <= '9')) return 0;
    }

    const std::vector<sio::Binary> attachments(first.attachments);
    PacketView packet = first.packet;
    packet.attachments = attachments;
    std::string again;
    eio3::encode(packet, again);
    const std::string_view json =
        std::string_view(again).substr(again.size() - std::min(again.size(), packet.data.size()));
    if (packet.nsp == "/" && packet.query.empty()) {
        FUZZ_CHECK(std::ranges::all_of(json, [](char c) { return static_cast<unsigned char>(c) < 0x80; }));
    }
    eio3::Decoder other;
    const Decoded second = other.decode(again);
    FUZZ_CHECK(second.error == PacketError::none);
    FUZZ_CHECK(second.attachments == first.attachments);
    FUZZ_CHECK(second.packet.type == packet.type);
    FUZZ_CHECK(second.packet.nsp == packet.nsp);
    FUZZ_CHECK(second.packet.query == packet.query);
    FUZZ_CHECK(second.packet.id == packet.id);
    if (sio::util::utf8_valid(packet.name)) FUZZ_CHECK(second.packet.name == packet.name);
    std::string third;
    packet = second.packet;
    packet.attachments = attachments;
    eio3::encode(packet, third);
    FUZZ_CHECK(third == again);
    return 0;
}
