// Payloads and forms of Socket.IO 0.9: never more packets than allowed, nothing outside of the input, and what decodes
// also encodes to something that decodes to the same.

#include <string>
#include <vector>

#include "check.hpp"
#include "util/utf8.hpp"
#include "wire/v09_jsonp.hpp"
#include "wire/v09_payload.hpp"

using namespace sio::wire::v09;

namespace {

std::vector<std::string> packets_of(std::string_view payload, std::size_t max_packets, PayloadError& error) {
    PayloadDecoder decoder(payload, max_packets);
    std::vector<std::string> packets;
    while (decoder.next()) packets.emplace_back(decoder.packet());
    error = decoder.error();
    return packets;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    sio::fuzz::Input input(data, size);
    const std::size_t max_packets = 1 + input.byte() % 32;
    std::string payload(input.rest());
    // As the endpoint does it: a form is looked into before anything else.
    if (const auto form = read_jsonp_form(payload)) payload = *form;
    if (!sio::util::utf8_valid(payload)) return 0;

    PayloadError error{};
    const auto packets = packets_of(payload, max_packets, error);
    FUZZ_CHECK(packets.size() <= max_packets);
    if (error != PayloadError::none) return 0;
    std::string again;
    PayloadEncoder encoder(again);
    for (const auto& packet : packets) encoder.add(packet);
    if (packets.size() == 1 && (packets.front().empty() || packets.front().starts_with("\xef\xbf\xbd"))) return 0;
    FUZZ_CHECK(packets_of(again, max_packets, error) == packets);
    FUZZ_CHECK(error == PayloadError::none);
    return 0;
}
