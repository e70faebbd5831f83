#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <sio/args.hpp>

namespace sio {

/// What a Packet says.
enum class PacketType : std::uint8_t {
    connect,
    disconnect,
    event,
    ack,
    error,    ///< a refused connection, or, from 0.9 clients, an error
    message,  ///< `send()`: text
    json,     ///< `send()` of 0.9 clients: a JSON value
};

/// One Socket.IO packet, whatever generation of the protocol carried it. gevent-socketio: the `packet` dict.
///
/// Owns what it holds. A handler that takes `const sio::Packet&` may block: the packet stays until it returns.
struct Packet {
    PacketType type = PacketType::event;
    /// The namespace: `/`, `/chat`.
    std::string endpoint = "/";
    /// Event: an acknowledgement is asked for, with this id. Ack: the id that it answers.
    std::optional<std::uint64_t> id;
    /// Event: its name.
    std::string name;
    /// Event, ack: the arguments.
    Args args;
    /// Connect: the auth object as JSON text, may be empty. Error: the reason as JSON text. Message: the text. Json: the
    /// value as JSON text.
    std::string data;

    /// An event to send: `socket().send_packet(sio::Packet::event("/chat", "news", 1, "two"))`.
    template <class... Values>
    static Packet event(std::string endpoint, std::string name, const Values&... values) {
        Packet packet;
        packet.endpoint = std::move(endpoint);
        packet.name = std::move(name);
        packet.args.append(values...);
        return packet;
    }
};

}  // namespace sio
