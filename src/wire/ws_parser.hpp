#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "wire/ws_frame.hpp"

namespace sio::wire {

enum class WsRole : std::uint8_t {
    server,  ///< reads a client's frames, which must be masked
    client,  ///< reads a server's frames, which must not be
};

/// What WsParser accepts. Shared by all connections of an endpoint.
struct WsParserOptions {
    WsRole role = WsRole::server;
    /// permessage-deflate was negotiated: RSV1 on the first frame of a message is allowed.
    bool compression = false;
    /// Of one message, over all of its fragments (compressed: as it travels).
    std::size_t max_message_bytes = 1'000'000;
    /// Frames of one message, as in the Node library `ws`. An empty last one is not counted: some libraries end with it.
    std::uint32_t max_fragments = 16'384;
};

/// Why a peer's bytes are not acceptable; the connection must be closed with close_code().
enum class WsError : std::uint8_t {
    none,
    reserved_bit,  ///< RSV2 or RSV3, or RSV1 where no extension allows it
    reserved_opcode,
    mask_missing,         ///< from a client
    mask_unexpected,      ///< from a server
    length_not_minimal,   ///< a longer form of the length than it needs
    length_out_of_range,  ///< the highest bit of a 64-bit length is set
    control_too_long,     ///< a control frame with more than 125 bytes
    control_fragmented,   ///< a control frame without FIN
    continuation_without_start,
    message_within_message,  ///< a new message before the last fragment of another
    message_too_big,
    too_many_fragments,
    invalid_utf8,       ///< in a text message or in the reason of a close frame
    bad_close_payload,  ///< of one byte
    bad_close_code,     ///< one that must not be sent
    bad_compression,    ///< not what permessage-deflate makes
};

/// The status code with which to close: 1002, 1007, 1008 or 1009.
std::uint16_t close_code(WsError error) noexcept;
/// Words for logs and for the reason of a close frame.
std::string_view error_text(WsError error) noexcept;

/// A complete message. The payload may be changed in place and is valid during the call.
struct WsMessage {
    bool binary;
    /// RSV1 was set: the payload is deflated, and its UTF-8 has not been checked.
    bool compressed;
    char* data;
    std::size_t size;

    std::string_view payload() const noexcept { return {data, size}; }
};

/// Who receives what a WsParser reads.
///
/// Those that return a bool return false to stop: the parser then touches nothing more, not even itself (it may have been
/// destroyed), and feed() returns. The rest of the input is unconsumed, to be fed when the receiver goes on.
class WsReceiver {
public:
    virtual bool on_message(const WsMessage& message) = 0;
    virtual bool on_ping(std::string_view payload) = 0;
    virtual bool on_pong(std::string_view payload) = 0;
    /// The peer's close frame; `no_status` when it has no code. Nothing more is read. May destroy the parser.
    virtual void on_close(std::uint16_t code, std::string_view reason) = 0;
    /// The input is malformed or beyond a limit. Nothing more is read. May destroy the parser.
    virtual void on_error(WsError error) = 0;

protected:
    ~WsReceiver() = default;
};

/// Reads WebSocket frames out of a stream of bytes and makes messages of them (RFC 6455 sections 5 to 8).
///
/// A message in one frame that has arrived whole is unmasked and delivered in place. Fragments, and frames of more than
/// 125 bytes that arrive in pieces, are gathered in memory that grows with what has really come, not with what was
/// announced, and is given back after the message. An idle parser has no heap memory.
///
/// Text is checked to be UTF-8 as it arrives: the first wrong byte is an error even if its frame is not complete.
class WsParser {
public:
    /// Bytes at the end of the input that feed() may leave unconsumed for want of more, at most.
    static constexpr std::size_t max_tail = ws_max_header + ws_max_control_payload;

    /// `options` must outlive the parser.
    explicit WsParser(const WsParserOptions& options) noexcept;
    ~WsParser();
    WsParser(WsParser&&) noexcept;
    WsParser& operator=(WsParser&&) noexcept;

    /// Reads `size` bytes at `data`: the tail of the last call, then what is new. They are changed in place.
    /// Returns how many were consumed. After a close frame or an error everything is consumed and ignored.
    std::size_t feed(char* data, std::size_t size, WsReceiver& receiver);

private:
    struct Frame;
    struct Assembly;
    // How feed() goes on after a step.
    enum class Step : std::uint8_t {
        next,   // with the next frame
        stop,   // not now
        ended,  // never
    };

    bool read_usual_header(const char* data, std::size_t size, Frame& frame) const noexcept;
    WsError read_header(const char* data, std::size_t size, Frame& frame) const noexcept;
    WsError check_start(std::uint8_t first, std::uint8_t second) const noexcept;
    bool prefix_is_utf8(const Frame& frame, const char* payload, std::size_t size) const noexcept;
    Step take_control(const Frame& frame, char* payload, WsReceiver& receiver);
    Step take_whole_message(const Frame& frame, char* payload, WsReceiver& receiver);
    void begin_frame(const Frame& frame);
    Step gather(char* bytes, std::size_t size, WsReceiver& receiver);
    Step fail(WsError error, WsReceiver& receiver);

    const WsParserOptions* options_;
    // The message whose frames are being gathered; null between messages.
    std::unique_ptr<Assembly> assembly_;
    bool ended_ = false;
};

}  // namespace sio::wire
