#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <sio/binary.hpp>
#include <sio/generation.hpp>

namespace sio::wire {

using sio::Generation;

/// What a Socket.IO packet says, whatever generation carries it.
enum class PacketType : std::uint8_t {
    connect,
    disconnect,
    event,
    ack,
    connect_error,  ///< eio4: CONNECT_ERROR; eio3: ERROR; v09: error
    message,        ///< v09 only: `3`, text; others carry it as the event `message`
    json,           ///< v09 only: `4`
};

/// One Socket.IO packet, in the form in which every codec takes and gives it. Views: whoever made it owns the text.
///
/// | type | name | data | attachments |
/// | --- | --- | --- | --- |
/// | connect | | JSON object of the auth (client) or the sid (server); may be empty | |
/// | disconnect | | | |
/// | event | the event, unescaped | arguments as JSON texts with commas between, no brackets | yes |
/// | ack | | the same | yes |
/// | connect_error | | JSON | |
/// | message | | the text itself | |
/// | json | | JSON | |
///
/// An attachment stands in the data as `{"_placeholder":true,"num":n}`, n its index.
struct PacketView {
    PacketType type = PacketType::event;
    /// Begins with `/`; the default namespace is `/`. Without the query.
    std::string_view nsp = "/";
    /// Query string behind the namespace of a connect packet (`/chat?token=1`), without the `?`.
    std::string_view query = {};
    /// The id of an acknowledgement: asked for (event), or answered (ack).
    std::optional<std::uint64_t> id = {};
    std::string_view name = {};
    std::string_view data = {};
    /// Received events and acks: the whole JSON array that `name` and `data` were found in, for a parser that wants one
    /// text. Empty in packets to send.
    std::string_view array = {};
    std::span<const Binary> attachments = {};
};

}  // namespace sio::wire
