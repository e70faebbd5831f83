#include "wire/engine_packet.hpp"

namespace sio::wire {

std::string_view error_text(EngineError error) noexcept {
    switch (error) {
        case EngineError::none: return "no error";
        case EngineError::empty_packet: return "empty packet";
        case EngineError::unknown_type: return "unknown packet type";
        case EngineError::bad_base64: return "invalid base64";
        case EngineError::too_many_packets: return "too many packets in a payload";
        case EngineError::bad_length: return "invalid packet length in a payload";
        case EngineError::bad_utf8: return "text that is not UTF-8";
    }
    return "unknown error";
}

}  // namespace sio::wire
