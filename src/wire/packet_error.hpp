#pragma once

#include <cstdint>
#include <string_view>

namespace sio::wire {

/// What is wrong with a Socket.IO packet. It ends the connection (reason: parse error), unless it is_harmless().
enum class PacketError : std::uint8_t {
    none,
    empty_packet,
    unknown_type,
    bad_attachment_count,   ///< of a binary packet: not digits and a hyphen, or zero
    too_many_attachments,   ///< more than the limit
    nsp_too_long,           ///< more than the limit
    bad_id,                 ///< above 2^53 - 1
    missing_id,             ///< an ack without one: answers nothing
    missing_payload,        ///< an event without anything: names none
    bad_payload,            ///< JSON of another shape than the type has
    bad_event_name,         ///< neither a JSON string nor a number
    numeric_event_name,     ///< a number that JavaScript would print in another way: no event can have that name
    reserved_event_name,    ///< a name that means something else to servers and clients: `connect`, `disconnect`, ...
    unexpected_text,        ///< text where an attachment was due
    unexpected_binary,      ///< an attachment that no packet announced
    attachments_too_large,  ///< together more bytes than the limit
};

/// Whether the packet merely means nothing, as on the reference servers, which ignore it: clients that are in use send such.
constexpr bool is_harmless(PacketError error) noexcept {
    return error == PacketError::missing_id || error == PacketError::missing_payload ||
           error == PacketError::numeric_event_name;
}

/// Words for logs.
std::string_view error_text(PacketError error) noexcept;

/// Whether `name` is refused as the name of an event from a client, as the reference servers do: `connect`,
/// `connect_error`, `disconnect`, `disconnecting`, `newListener`, `removeListener`.
bool is_reserved_event(std::string_view name) noexcept;

}  // namespace sio::wire
