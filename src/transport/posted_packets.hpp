#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include <sio/engine_options.hpp>
#include <sio/generation.hpp>
#include <sio/http_request.hpp>

#include "transport/poll_form.hpp"
#include "wire/eio3_payload.hpp"
#include "wire/eio4_payload.hpp"

namespace sio::transport {

/// Packets that one POST may carry, as the options say.
std::size_t max_posted_packets(const EngineOptions& options) noexcept;

/// The packets in the body of one POST, one after the other, in whichever framing its generation and headers say.
///
///     PostedPackets packets(request, generation, form, max);
///     while (packets.next()) handle(packets.packet());
///     if (packets.error() != wire::EngineError::none) refuse();
class PostedPackets {
public:
    /// `request` must outlive this. Text that the client may have encoded twice is decoded once more.
    PostedPackets(const HttpRequest& request, Generation generation, const PollForm& form, std::size_t max_packets);
    PostedPackets(const PostedPackets&) = delete;
    PostedPackets& operator=(const PostedPackets&) = delete;

    /// Steps to the next packet. False at the end and at an error.
    bool next();
    /// The packet that next() has stepped to; valid until the next step.
    const wire::EnginePacket& packet() const noexcept { return packet_; }
    wire::EngineError error() const noexcept { return error_; }
    /// How often the packets were found to be encoded: those so far, and the client's before.
    TextEncoding encoding() const noexcept { return encoding_; }

private:
    void read_text(std::string_view text, Generation generation, std::size_t max_packets);
    void decode_again();

    std::string field_;  // of a form, which the packets stand in (JSONP)
    std::variant<std::monostate, wire::eio3::TextPayloadDecoder, wire::eio3::BinaryPayloadDecoder,
                 wire::eio4::PayloadDecoder>
        decoder_;
    wire::EnginePacket packet_;
    std::string once_;  // the text of packet_, if that was encoded twice
    wire::EngineError error_ = wire::EngineError::none;
    TextEncoding encoding_;
    bool may_be_encoded_twice_;
};

}  // namespace sio::transport
