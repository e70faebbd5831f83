#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <sio/engine_options.hpp>

#include "wire/ws_deflate.hpp"
#include "wire/ws_parser.hpp"

namespace sio::transport {

/// permessage-deflate on one connection. Holds a stream of its own for each side that keeps its window between messages, from
/// the first message on.
class WebSocketDeflate {
public:
    WebSocketDeflate(const wire::WsDeflateParams& params, const WebSocketCompression& options,
                     const wire::WsParserOptions& parser);

    /// The connection's parser options, with RSV1 allowed.
    const wire::WsParserOptions& parser() const noexcept { return parser_; }
    /// Whether frames may be compressed once for all connections of which this is so.
    bool shares_frames() const noexcept { return !keeps_window_ && window_bits_ == 15; }
    /// Whether a message of that size is worth it.
    bool wants(std::size_t size) const noexcept { return size >= threshold_; }

    /// Appends a compressed frame.
    void append_frame(std::string& out, wire::WsOpcode opcode, std::string_view payload);
    /// Replaces `out` with the message, whose text is UTF-8 then.
    wire::WsError inflate(const wire::WsMessage& message, std::string& out);

private:
    wire::WsParserOptions parser_;
    std::optional<wire::WsDeflater> deflater_;
    std::optional<wire::WsInflater> inflater_;
    std::size_t threshold_;
    int window_bits_;
    int level_;
    bool keeps_window_;  ///< this end; not to do so needs nobody's consent
    bool peer_keeps_window_;
};

}  // namespace sio::transport
