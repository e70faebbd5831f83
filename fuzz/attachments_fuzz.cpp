// The messages of one connection, text and binary in any order: a packet comes out only with all of its attachments,
// within the limits.

#include <string>
#include <utility>
#include <vector>

#include "check.hpp"
#include "wire/attachment_collector.hpp"
#include "wire/eio4_codec.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace sio::wire;
    constexpr std::size_t max_bytes = 64;
    sio::fuzz::Input input(data, size);
    eio4::Decoder decoder;
    AttachmentCollector collector;
    std::uint32_t due = 0;
    std::vector<std::string> sent;
    while (!input.empty()) {
        const bool binary = input.byte() % 2 != 0;
        // A copy that is gone when the next message comes.
        const std::string message(input.short_text());
        if (!binary) {
            const Decoded decoded = decoder.decode(message);
            if (decoded.error != PacketError::none || decoded.attachments == 0) continue;
            const bool pending = collector.pending();
            const PacketError error = collector.begin(decoded.packet, decoded.attachments, max_bytes);
            FUZZ_CHECK((error == PacketError::unexpected_text) == pending);
            due = decoded.attachments;
            sent.clear();
            continue;
        }
        const bool expected = collector.pending();
        const PacketError error = collector.add(message);
        FUZZ_CHECK(expected || error == PacketError::unexpected_binary);
        if (error != PacketError::none) {
            FUZZ_CHECK(!collector.pending());
            continue;
        }
        sent.push_back(message);
        FUZZ_CHECK(collector.complete() == (sent.size() == due));
        if (!collector.complete()) continue;
        const PacketView& packet = collector.packet();
        FUZZ_CHECK(packet.attachments.size() == due);
        std::size_t bytes = 0;
        for (std::size_t i = 0; i < sent.size(); ++i) {
            FUZZ_CHECK(packet.attachments[i].bytes() == sent[i]);
            bytes += sent[i].size();
        }
        FUZZ_CHECK(bytes <= max_bytes);
        FUZZ_CHECK(packet.array.starts_with('[') && packet.array.ends_with(']'));
        FUZZ_CHECK(packet.nsp.starts_with('/'));
        collector.clear();
    }
    return 0;
}
