#include "transport/websocket_deflate.hpp"

#include "util/utf8.hpp"

namespace sio::transport {

using wire::WsError;

WebSocketDeflate::WebSocketDeflate(const wire::WsDeflateParams& params, const WebSocketCompression& options,
                                   const wire::WsParserOptions& parser)
    : parser_(parser),
      threshold_(options.threshold),
      window_bits_(params.server_window_bits),
      level_(options.level),
      keeps_window_(options.context_takeover && !params.server_no_context_takeover),
      peer_keeps_window_(!params.client_no_context_takeover) {
    parser_.compression = true;
}

void WebSocketDeflate::append_frame(std::string& out, wire::WsOpcode opcode, std::string_view payload) {
    if (keeps_window_ && !deflater_) deflater_.emplace(window_bits_, level_, true);
    wire::append_ws_deflated_frame(out, opcode, payload,
                                   deflater_ ? *deflater_ : wire::thread_deflater(window_bits_, level_));
}

WsError WebSocketDeflate::inflate(const wire::WsMessage& message, std::string& out) {
    if (peer_keeps_window_ && !inflater_) inflater_.emplace(true);
    wire::WsInflater& inflater = inflater_ ? *inflater_ : wire::thread_inflater();
    switch (inflater.inflate(message.payload(), parser_.max_message_bytes, out)) {
        case wire::WsInflater::Result::malformed: return WsError::bad_compression;
        case wire::WsInflater::Result::too_big: return WsError::message_too_big;
        case wire::WsInflater::Result::ok: break;
    }
    return message.binary || util::utf8_valid(out) ? WsError::none : WsError::invalid_utf8;
}

}  // namespace sio::transport
