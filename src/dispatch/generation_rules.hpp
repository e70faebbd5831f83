#pragma once

#include <string>
#include <string_view>

#include <sio/generation.hpp>

#include "session/channel.hpp"

namespace sio::dispatch {

/// In what the generations differ above their packets: who connects namespaces, and what a packet means that does not fit
/// the state of its namespace.
struct GenerationRules {
    /// Clients are connected to the default namespace without asking for it; those that ask all the same have been. It need
    /// not be registered: see unserved_namespace().
    bool implicit_root = false;
    /// That happens as soon as the session is bound, before any packet is looked at. If not, the channel gives a connect
    /// packet when it is time.
    bool connects_root = false;
    /// A client that disconnects from the default namespace means the whole connection.
    bool root_ends_connection = false;
    /// Packets that do not fit the state of their namespace are ignored. If not, they close the connection.
    bool ignores_strays = false;
    /// Clients may send error packets; they go to recv_error().
    bool takes_errors = false;
    /// The CONNECT answer tells the client its id in the namespace. If not, the client makes it of the session's id.
    bool announces_sid = false;
    /// Packets may have binary attachments.
    bool carries_binary = true;
};

/// eio4: the reference server 4.x (Client.ondecoded). eio3: 2.x, likewise. v09: gevent-socketio and 0.9.
constexpr GenerationRules rules_of(Generation generation) noexcept {
    if (generation == Generation::eio4) return {.announces_sid = true};
    // A 0.9 session begins with its handshake, but is connected when a transport follows.
    return {.implicit_root = true,
            .connects_root = generation == Generation::eio3,
            .root_ends_connection = true,
            .ignores_strays = true,
            .takes_errors = true,
            .carries_binary = generation != Generation::v09};
}

/// What a refused client is sent, as JSON. eio4: `{"message":...}`, with data `{"message":...,"data":...}`. Older ones:
/// the data, or else the message. `data`: JSON text, may be empty.
std::string refusal_json(Generation generation, std::string_view message, std::string_view data = {});

}  // namespace sio::dispatch
