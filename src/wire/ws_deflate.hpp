#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "wire/ws_frame.hpp"

struct z_stream_s;

namespace sio::wire {

/// What client and server have agreed on for permessage-deflate (RFC 7692).
struct WsDeflateParams {
    /// Each message of that side is compressed without reference to those before it.
    bool server_no_context_takeover = false;
    bool client_no_context_takeover = false;
    /// The server's window, as a power of two: 9 to 15.
    int server_window_bits = 15;
    /// The client asked for server_max_window_bits, so that the answer names it.
    bool names_server_window = false;

    friend bool operator==(const WsDeflateParams&, const WsDeflateParams&) = default;
};

/// Picks the first offer of a `Sec-WebSocket-Extensions` field that this end can meet. All that is agreed on is what the
/// client has offered: RFC 7692 allows a server to name more, but many clients fail then, or do not do it. Nothing: the
/// connection goes on without compression, as it does for offers that are malformed.
std::optional<WsDeflateParams> accept_deflate_offer(std::string_view extensions);

/// The extension for the answer: `permessage-deflate; server_no_context_takeover; ...`.
std::string describe_deflate(const WsDeflateParams& params);

/// Compresses messages one after the other.
///
/// Takes about 256 KB with the largest window. One that resets after each message serves any number of connections.
class WsDeflater {
public:
    /// `level`: 1 (fast) to 9 (small).
    WsDeflater(int window_bits, int level, bool keeps_context);
    ~WsDeflater();
    WsDeflater(WsDeflater&&) noexcept;
    WsDeflater& operator=(WsDeflater&&) noexcept;

    /// Appends the compressed message, without the four bytes that RFC 7692, 7.2.1 leaves out.
    void deflate(std::string_view message, std::string& out);

private:
    struct End {
        void operator()(z_stream_s* stream) const noexcept;
    };
    std::unique_ptr<z_stream_s, End> stream_;
    bool keeps_context_;
};

/// The thread's own, made at the first use: it resets after each message.
WsDeflater& thread_deflater(int window_bits, int level);

/// Appends a whole frame, compressed, without a mask.
void append_ws_deflated_frame(std::string& out, WsOpcode opcode, std::string_view payload, WsDeflater& deflater);

/// Decompresses messages one after the other. Takes about 44 KB; as for WsDeflater.
class WsInflater {
public:
    enum class Result {
        ok,
        malformed,
        too_big,
    };

    explicit WsInflater(bool keeps_context);
    ~WsInflater();
    WsInflater(WsInflater&&) noexcept;
    WsInflater& operator=(WsInflater&&) noexcept;

    /// Replaces `out` with the message. No more than `limit` bytes, and what zlib reads ahead, are ever produced: a small
    /// message that would become a huge one costs no memory. After anything but `ok` the connection must end.
    Result inflate(std::string_view compressed, std::size_t limit, std::string& out);

private:
    struct End {
        void operator()(z_stream_s* stream) const noexcept;
    };
    Result inflate_part(std::string_view part, std::size_t limit, std::string& out, std::size_t& size);

    std::unique_ptr<z_stream_s, End> stream_;
    bool keeps_context_;
};

WsInflater& thread_inflater();

}  // namespace sio::wire
