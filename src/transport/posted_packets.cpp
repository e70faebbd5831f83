#include "transport/posted_packets.hpp"

#include <limits>
#include <type_traits>
#include <utility>

#include "util/ascii.hpp"
#include "util/utf8.hpp"
#include "wire/jsonp.hpp"

namespace sio::transport {

using wire::EngineError;

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
                             std::size_t max_packets) {
    if (has_octets(request)) {
        if (generation == Generation::eio3) {
            decoder_.emplace<wire::eio3::BinaryPayloadDecoder>(request.body, max_packets);
        } else {
            error_ = EngineError::unknown_type;
        }
    } else if (form.jsonp_index.empty()) {
        read_text(request.body, generation, max_packets);
    } else if (auto field = wire::decode_jsonp_form(request.body)) {
        field_ = *std::move(field);
        read_text(field_, generation, max_packets);
    } else {
        error_ = EngineError::empty_packet;
    }
}

void PostedPackets::read_text(std::string_view text, Generation generation, std::size_t max_packets) {
    if (!util::utf8_valid(text)) {
        error_ = EngineError::bad_utf8;
    } else if (generation == Generation::eio3) {
        decoder_.emplace<wire::eio3::TextPayloadDecoder>(text, max_packets);
    } else {
        decoder_.emplace<wire::eio4::PayloadDecoder>(text, max_packets);
    }
}

bool PostedPackets::next() {
    return std::visit(
        [this](auto& decoder) {
            if constexpr (std::is_same_v<std::remove_reference_t<decltype(decoder)>, std::monostate>) {
                return false;
            } else {
                const bool stepped = decoder.next();
                packet_ = &decoder.packet();
                error_ = decoder.error();
                return stepped;
            }
        },
        decoder_);
}

}  // namespace sio::transport
