#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "wire/eio3_packet.hpp"

// Engine.IO 3's two framings of several packets in one HTTP body. The decoders are used as eio4::PayloadDecoder is:
//
//     TextPayloadDecoder packets(body, limit);
//     while (packets.next()) handle(packets.packet());
//     if (packets.error() != EngineError::none) close();

namespace sio::wire::eio3 {

/// What both decoders keep, and how they step.
class PayloadDecoder {
public:
    /// The packet that next() has stepped to; valid until the next step.
    const EnginePacket& packet() const noexcept { return packet_; }
    EngineError error() const noexcept { return error_; }

protected:
    PayloadDecoder(std::string_view payload, std::size_t max_packets) noexcept : rest_(payload), left_(max_packets) {}

    /// Whether there is one more packet to read: neither the end nor an error.
    bool begin_step() noexcept;
    /// Notes what reading it came to; true when that is a packet.
    bool end_step(EngineError error) noexcept;

    std::string_view rest_;
    EnginePacket packet_;

private:
    std::size_t left_;
    bool begun_ = false;
    EngineError error_ = EngineError::none;
};

/// Walks the packets of a text payload: `6:4hello2:4€`, each behind its length in UTF-16 code units and a colon.
///
/// `payload` is UTF-8 and must outlive the decoder. An empty payload is an error.
class TextPayloadDecoder : public PayloadDecoder {
public:
    TextPayloadDecoder(std::string_view payload, std::size_t max_packets) noexcept
        : PayloadDecoder(payload, max_packets) {}
    /// Steps to the next packet. False at the end and at an error.
    bool next();

private:
    EngineError read();

    std::string decoded_;
};

/// Walks the packets of a binary payload: for each 0x00 (text) or 0x01 (binary), its length in bytes as decimal digits,
/// each a byte of that value (not ASCII), 0xff, and the packet.
class BinaryPayloadDecoder : public PayloadDecoder {
public:
    BinaryPayloadDecoder(std::string_view payload, std::size_t max_packets) noexcept
        : PayloadDecoder(payload, max_packets) {}
    bool next();

private:
    EngineError read();

    std::string decoded_;
};

/// Appends packets to a text payload; binary ones in base64.
class TextPayloadEncoder {
public:
    /// Appends to `out`, which must outlive the encoder.
    explicit TextPayloadEncoder(std::string& out) noexcept : out_(out) {}

    /// A packet that is encoded already: `4hello`.
    void add_encoded(std::string_view packet);
    void add_binary(std::string_view bytes);

private:
    std::string& out_;
};

/// Appends packets to a binary payload.
class BinaryPayloadEncoder {
public:
    explicit BinaryPayloadEncoder(std::string& out) noexcept : out_(out) {}

    void add_encoded(std::string_view packet);
    void add_binary(std::string_view bytes);

private:
    std::string& out_;
};

}  // namespace sio::wire::eio3
