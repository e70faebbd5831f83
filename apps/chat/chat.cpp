#include "chat.hpp"

#include <string>
#include <utility>

#include "protocol.hpp"

namespace chat {

sio::BroadcastOperator Chat::room(std::string_view slug) const { return everyone().to(room_name(slug)); }

sio::BroadcastOperator Chat::lobby() const { return everyone().to(lobby_name()); }

std::string Chat::room_name(std::string_view slug) { return "room/" + std::string(slug); }

// From one worker, whoever asks: of two that did it, the one with the older list might reach a client last.
void Chat::show_people(std::string slug) const {
    server_->post([this, slug = std::move(slug)] {
        const auto nicknames = presence.nicknames(slug);
        room(slug).emit("nicknames", nicknames);
        lobby().emit("presence", slug, nicknames);
    });
}

void Chat::room_added(const Room& room) const {
    lobby().emit("room added", RoomState{room.slug, room.name, {}, std::nullopt});
}

void Chat::room_removed(const Room& room) const {
    everyone().emit("room removed", room.slug);
    this->room(room.slug).disconnect_sockets();
}

void Chat::user_removed(std::int64_t user) const {
    everyone().emit("user removed", user);
    for (const auto& sid : presence.sids_of(user)) everyone().to(sid).disconnect_sockets();
}

void Chat::message_removed(const Room& room, std::int64_t message) const {
    this->room(room.slug).emit("message removed", message);
}

}  // namespace chat
