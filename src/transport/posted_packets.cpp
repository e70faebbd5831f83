#include "transport/posted_packets.hpp"

#include <limits>
#include <type_traits>
#include <utility>

#include "transport/text_encoding.hpp"
#include "util/ascii.hpp"
#include "util/utf8.hpp"
#include "wire/jsonp.hpp"

namespace sio::transport {

namespace {

bool has_octets(const HttpRequest& request) {
    const std::string_view type = request.headers.get("Content-Type");
    return util::ascii_iequals(util::trim_ows(type.substr(0, type.find(';'))), "application/octet-stream");
}

}  // namespace

std::size_t max_posted_packets(const EngineOptions& options) noexcept {
    return options.max_payload_packets == 0 ? std::numeric_limits<std::size_t>::max() : options.max_payload_packets;
}

PostedPackets::PostedPackets(const HttpRequest& request, Generation generation, const PollForm& form,
                             std::size_t max_packets)
    : encoding_(form.encoding) {
    const bool octets = has_octets(request);
    if (generation != Generation::eio3 || !posts_may_be_encoded_twice(request, form)) encoding_ = TextEncoding::once;
    // Binary framing is in UTF-8 once, whoever writes it, and says nothing of the client's text framing.
    may_be_encoded_twice_ = !octets && encoding_ != TextEncoding::once;
    if (octets) {
        if (generation == Generation::eio3) {
            decoder_.emplace<wire::eio3::BinaryPayloadDecoder>(request.body, max_packets);
        } else {
            error_ = wire::EngineError::unknown_type;
        }
    } else if (form.jsonp_index.empty()) {
        read_text(request.body, generation, max_packets);
    } else if (auto field = wire::decode_jsonp_form(request.body)) {
        field_ = *std::move(field);
        read_text(field_, generation, max_packets);
    } else {
        error_ = wire::EngineError::empty_packet;
    }
}

void PostedPackets::read_text(std::string_view text, Generation generation, std::size_t max_packets) {
    if (!util::utf8_valid(text)) {
        error_ = wire::EngineError::bad_utf8;
    } else if (generation == Generation::eio3) {
        decoder_.emplace<wire::eio3::TextPayloadDecoder>(text, max_packets);
    } else {
        decoder_.emplace<wire::eio4::PayloadDecoder>(text, max_packets);
    }
}

void PostedPackets::decode_again() {
    if (util::is_ascii(packet_.data)) return;
    once_.clear();
    if (util::append_once_encoded(once_, packet_.data)) {
        packet_.data = once_;
        encoding_ = TextEncoding::twice;
    } else if (encoding_ == TextEncoding::unknown) {
        encoding_ = TextEncoding::once;  // so is the rest that this client says, whatever it looks like
        may_be_encoded_twice_ = false;
    }
}

bool PostedPackets::next() {
    return std::visit(
        [this](auto& decoder) {
            if constexpr (std::is_same_v<std::remove_reference_t<decltype(decoder)>, std::monostate>) {
                return false;
            } else {
                const bool stepped = decoder.next();
                error_ = decoder.error();
                if (!stepped) return false;
                packet_ = decoder.packet();
                if (may_be_encoded_twice_ && !packet_.binary) decode_again();
                return true;
            }
        },
        decoder_);
}

}  // namespace sio::transport
