#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <sio/namespaces.hpp>
#include <sio/server.hpp>

#include "model.hpp"
#include "presence.hpp"
#include "store.hpp"

namespace chat {

/// What the parts of the chat share: what is stored, who is online, and how to tell everybody.
///
/// Threads: any.
class Chat {
public:
    /// The namespace that pages connect to.
    static constexpr std::string_view nsp = "/chat";

    Chat(Store& store, sio::Namespaces namespaces) : store(store), namespaces_(std::move(namespaces)) {}

    /// The server that serves it, to be named before that starts.
    void set_server(sio::SocketIOServer& server) noexcept { server_ = &server; }

    Store& store;
    Presence presence;

    /// Everyone in a room, by its slug.
    sio::BroadcastOperator room(std::string_view slug) const;
    /// Everyone who watches the list of rooms.
    sio::BroadcastOperator lobby() const;

    // What sockets join: rooms of their own kinds, so that no slug can be mistaken for the lobby.
    static std::string room_name(std::string_view slug);
    static std::string_view lobby_name() { return "lobby"; }

    /// Tells the room and the lobby who is in it now.
    void show_people(std::string slug) const;

    // What the pages did, told to those who are concerned.
    void room_added(const Room& room) const;
    void room_removed(const Room& room) const;
    void user_removed(std::int64_t user) const;
    void message_removed(const Room& room, std::int64_t message) const;

private:
    sio::BroadcastOperator everyone() const { return namespaces_.of(nsp); }

    sio::Namespaces namespaces_;
    sio::SocketIOServer* server_ = nullptr;
};

}  // namespace chat
