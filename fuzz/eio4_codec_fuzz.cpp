// Socket.IO 5 packets: what decodes also encodes, to a text that decodes to the same; and the decoder's quick look at
// the JSON agrees with a whole parser.

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "check.hpp"
#include "wire/eio4_codec.hpp"
#include "wire/json_text.hpp"

namespace {

namespace json = boost::json;
using sio::wire::Decoded;
using sio::wire::PacketError;
using sio::wire::PacketType;
using sio::wire::PacketView;
using sio::wire::eio4::Decoder;

// Whatever Boost.JSON makes of `text`; halves of surrogate pairs replaced, as the decoder does.
json::value parse(std::string_view text, boost::system::error_code& error) {
    std::string whole;
    sio::wire::append_json_with_whole_surrogates(whole, text);
    return json::parse(whole, error);
}

void compare_with_parser(const PacketView& packet) {
    boost::system::error_code error;
    const json::value array = parse(packet.array, error);
    if (error || !array.is_array()) return;
    std::string data = "[";
    data += packet.data;
    data += ']';
    const json::value arguments = parse(data, error);
    FUZZ_CHECK(!error && arguments.is_array());
    const json::array& all = array.get_array();
    const std::size_t first = packet.type == PacketType::event ? 1 : 0;
    FUZZ_CHECK(all.size() == arguments.get_array().size() + first);
    for (std::size_t i = first; i < all.size(); ++i) FUZZ_CHECK(all[i] == arguments.get_array()[i - first]);
    if (first == 0) return;
    if (all[0].is_string()) {
        FUZZ_CHECK(std::string_view(all[0].get_string()) == packet.name);
    } else {
        FUZZ_CHECK(all[0].is_number());
    }
}

// An event that a whole parser takes must not be refused for its shape.
void check_refusal(std::string_view text, PacketError error) {
    if (error != PacketError::bad_payload && error != PacketError::bad_event_name) return;
    if (!text.starts_with('2')) return;
    boost::system::error_code failed;
    const json::value array = parse(text.substr(1), failed);
    if (failed || !array.is_array() || array.get_array().empty()) return;
    FUZZ_CHECK(!array.get_array()[0].is_string());
}

void check_same(const Decoded& left, const Decoded& right) {
    FUZZ_CHECK(right.error == PacketError::none);
    FUZZ_CHECK(left.attachments == right.attachments);
    FUZZ_CHECK(left.packet.type == right.packet.type);
    FUZZ_CHECK(left.packet.nsp == right.packet.nsp);
    FUZZ_CHECK(left.packet.query == right.packet.query);
    FUZZ_CHECK(left.packet.id == right.packet.id);
    FUZZ_CHECK(left.packet.data == right.packet.data);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = sio::fuzz::text_of(data, size);
    Decoder decoder;
    const Decoded decoded = decoder.decode(text);
    if (decoded.error != PacketError::none) {
        check_refusal(text, decoded.error);
        return 0;
    }
    const PacketView& packet = decoded.packet;
    FUZZ_CHECK(packet.nsp.starts_with('/'));
    FUZZ_CHECK(decoded.attachments <= sio::wire::DecoderLimits{}.max_attachments);
    FUZZ_CHECK(!sio::wire::is_reserved_event(packet.name));
    if (packet.type == PacketType::event || packet.type == PacketType::ack) compare_with_parser(packet);

    const std::vector<sio::Binary> attachments(decoded.attachments);
    PacketView copy = packet;
    copy.attachments = attachments;
    std::string again;
    sio::wire::eio4::encode(copy, again);
    Decoder other;
    const Decoded second = other.decode(again);
    check_same(decoded, second);
    // An encoder repairs names that are not UTF-8; they travel unchanged from then on.
    std::string third;
    copy = second.packet;
    copy.attachments = attachments;
    sio::wire::eio4::encode(copy, third);
    FUZZ_CHECK(third == again);
    return 0;
}
