#include "wire/eio4_payload.hpp"

namespace sio::wire::eio4 {

bool PayloadDecoder::next() {
    if (done_ || error_ != EngineError::none) return false;
    if (left_ == 0) {
        error_ = EngineError::too_many_packets;
        return false;
    }
    --left_;
    const std::size_t end = rest_.find(payload_separator);
    error_ = decode_packet(rest_.substr(0, end), decoded_, packet_);
    done_ = end == std::string_view::npos;
    if (!done_) rest_.remove_prefix(end + 1);
    return error_ == EngineError::none;
}

void PayloadEncoder::add(EngineType type, std::string_view data) {
    separate();
    append_packet(out_, type, data);
}

void PayloadEncoder::add_encoded(std::string_view packet) {
    separate();
    out_ += packet;
}

void PayloadEncoder::add_binary(std::string_view bytes) {
    separate();
    append_binary(out_, bytes);
}

void PayloadEncoder::separate() {
    if (!out_.empty()) out_ += payload_separator;
}

}  // namespace sio::wire::eio4
