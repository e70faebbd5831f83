#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sio::wire::v09 {

/// What is wrong with a payload.
enum class PayloadError : std::uint8_t {
    none,
    empty,             ///< nothing at all
    bad_frame,         ///< no U+FFFD, digits, U+FFFD where a packet must begin
    bad_length,        ///< more than there is, or the middle of a character
    too_many_packets,  ///< more than allowed
};

/// Words for logs.
std::string_view error_text(PayloadError error) noexcept;

/// Walks the packets of a payload, the body of a POST or of the answer to a poll, in their order.
///
/// Several packets are framed, each as `U+FFFD length U+FFFD packet`, where the length counts UTF-16 code units, as
/// JavaScript does. A payload that does not begin with U+FFFD is one packet. Nothing is copied.
class PayloadDecoder {
public:
    /// `payload` must be valid UTF-8 and outlive the decoder.
    PayloadDecoder(std::string_view payload, std::size_t max_packets) noexcept;

    /// Steps to the next packet. False at the end and at an error.
    bool next() noexcept;
    std::string_view packet() const noexcept { return packet_; }
    PayloadError error() const noexcept { return error_; }

private:
    bool fail(PayloadError error) noexcept;

    std::string_view rest_;
    std::string_view packet_;
    std::size_t left_;
    PayloadError error_ = PayloadError::none;
    bool framed_;
    bool done_ = false;
};

/// Appends packets to a payload. Of one packet the payload is the packet itself, without a frame.
class PayloadEncoder {
public:
    /// Appends to `out`, which must be empty and outlive the encoder.
    explicit PayloadEncoder(std::string& out) noexcept : out_(out) {}

    /// `packet` must be valid UTF-8.
    void add(std::string_view packet);

private:
    static void append_frame(std::string& out, std::string_view packet);

    std::string& out_;
    std::size_t count_ = 0;
};

}  // namespace sio::wire::v09
