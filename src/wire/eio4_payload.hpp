#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "wire/eio4_packet.hpp"

namespace sio::wire::eio4 {

/// Stands between the packets of a polling payload (U+001E, record separator).
inline constexpr char payload_separator = '\x1e';

/// Walks the packets of a polling payload, the body of a POST or of the answer to a GET, in their order.
///
/// ```
/// PayloadDecoder packets(body);
/// while (packets.next()) handle(packets.packet());
/// if (packets.error() != EngineError::none) close();
/// ```
///
/// Nothing is copied but what base64 stands for. An empty payload is an error, since it holds an empty packet; so are
/// a separator at the start, at the end, and two of them in a row.
class PayloadDecoder {
public:
    /// As python-engineio.
    static constexpr std::size_t default_max_packets = 16;

    /// `payload` must outlive the decoder.
    explicit PayloadDecoder(std::string_view payload, std::size_t max_packets = default_max_packets) noexcept
        : rest_(payload), left_(max_packets) {}

    /// Steps to the next packet. False at the end and at an error.
    bool next();

    /// The packet that next() has stepped to; valid until the next step.
    const EnginePacket& packet() const noexcept { return packet_; }
    EngineError error() const noexcept { return error_; }

private:
    std::string_view rest_;
    std::size_t left_;
    std::string decoded_;
    EnginePacket packet_;
    EngineError error_ = EngineError::none;
    bool done_ = false;
};

/// Appends packets to a payload, with separators between them.
class PayloadEncoder {
public:
    /// Appends to `out`, which must be empty and outlive the encoder.
    explicit PayloadEncoder(std::string& out) noexcept : out_(out) {}

    void add(EngineType type, std::string_view data = {});
    /// Adds a packet that is encoded already: `4hello`.
    void add_encoded(std::string_view packet);
    /// Adds a binary message.
    void add_binary(std::string_view bytes);

private:
    void separate();

    std::string& out_;
};

}  // namespace sio::wire::eio4
