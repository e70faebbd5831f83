#include "wire/packet_error.hpp"

#include <algorithm>
#include <array>

namespace sio::wire {

std::string_view error_text(PacketError error) noexcept {
    switch (error) {
        case PacketError::none: return "no error";
        case PacketError::empty_packet: return "empty packet";
        case PacketError::unknown_type: return "unknown packet type";
        case PacketError::bad_attachment_count: return "invalid number of attachments";
        case PacketError::too_many_attachments: return "too many attachments";
        case PacketError::nsp_too_long: return "namespace too long";
        case PacketError::bad_id: return "invalid id";
        case PacketError::missing_id: return "ack without an id";
        case PacketError::missing_payload: return "event without a payload";
        case PacketError::bad_payload: return "invalid payload";
        case PacketError::bad_event_name: return "invalid event name";
        case PacketError::numeric_event_name: return "number as an event name";
        case PacketError::reserved_event_name: return "reserved event name";
        case PacketError::unexpected_text: return "text where an attachment was due";
        case PacketError::unexpected_binary: return "unexpected attachment";
        case PacketError::attachments_too_large: return "attachments too large";
    }
    return "unknown error";
}

bool is_reserved_event(std::string_view name) noexcept {
    static constexpr std::array<std::string_view, 6> reserved{"connect",       "connect_error", "disconnect",
                                                              "disconnecting", "newListener",   "removeListener"};
    return std::find(reserved.begin(), reserved.end(), name) != reserved.end();
}

}  // namespace sio::wire
