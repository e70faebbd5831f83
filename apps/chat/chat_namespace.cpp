#include "chat_namespace.hpp"

#include <utility>

#include <sio/greenlet.hpp>
#include <sio/offload.hpp>

#include "text.hpp"

namespace chat {
namespace {

constexpr std::size_t history_page = 50;
constexpr std::size_t max_id_bytes = 64;

}  // namespace

void ChatNamespace::events(sio::EventTable<ChatNamespace>& on) {
    on("join", &ChatNamespace::on_join);
    on("nickname", &ChatNamespace::on_nickname);
    on("user message", &ChatNamespace::on_user_message);
    on("history", &ChatNamespace::on_history);
    on("typing", &ChatNamespace::on_typing);
    on("watch", &ChatNamespace::on_watch);
}

void ChatNamespace::initialize() {
    const auto credentials = handshake().auth_if<Credentials>().value_or(Credentials{});
    // Without credentials a socket is somebody of its own.
    visitor_ = credentials.visitor.value_or(sid());
    tab_ = credentials.tab.value_or(sid());
    if (visitor_.size() > max_id_bytes || tab_.size() > max_id_bytes) {
        throw sio::ConnectionRefused("malformed credentials");
    }
    log("Socket.IO session started");
}

bool ChatNamespace::on_join(std::string slug) {
    if (!pace(moves_)) return false;
    auto room = sio::offload([&] { return chat_.store.find_room(slug); });
    if (!room || !connected()) return false;
    if (room_ && room_->id == room->id) return true;
    if (room_) {
        leave(Chat::room_name(room_->slug));
        say_goodbye(chat_.presence.exit(sid()));
    }
    room_ = std::move(room);
    join(Chat::room_name(room_->slug));
    emit("nicknames", chat_.presence.nicknames(room_->slug));
    appear(std::nullopt);
    return true;
}

std::tuple<bool, std::string, std::int64_t> ChatNamespace::on_nickname(const std::string& wanted) {
    const auto refuse = [](std::string why) { return std::tuple(false, std::move(why), std::int64_t(0)); };
    const auto nickname = clean_name(wanted);
    if (skeleton(nickname).empty()) return refuse("Type the name that others should see");
    if (count_code_points(nickname) > max_nickname) {
        return refuse("A nickname has at most " + std::to_string(max_nickname) + " characters");
    }
    if (nickname == nickname_) return {true, nickname_, user_};
    if (!pace(moves_)) return refuse("Disconnected");
    if (!chat_.presence.available(nickname, tab_)) return refuse("Nickname already in use");

    const auto user = sio::offload([&] { return chat_.store.sign_in(visitor_, nickname); });
    if (!connected()) return refuse("Disconnected");
    // Somebody may have taken it meanwhile: from here on nothing blocks.
    const auto claim = chat_.presence.claim({sid(), tab_, nickname, user});
    if (!claim.granted) return refuse("Nickname already in use");
    nickname_ = nickname;
    user_ = user;
    log("Nickname: " + nickname_);
    appear(claim.departure);
    return {true, nickname_, user_};
}

ChatNamespace::Receipt ChatNamespace::on_user_message(const std::string& text, std::optional<std::string> client_id) {
    const auto refuse = [](std::string code, std::string why) {
        return Receipt(false, Failure{std::move(code), std::move(why), std::nullopt});
    };
    if (!room_) return refuse("no_room", "Join a room first.");
    if (nickname_.empty()) return refuse("no_nickname", "Choose a nickname first.");
    if (client_id && client_id->size() > max_id_bytes) return refuse("bad_id", "The message's id is too long.");
    const auto clean = clean_message(text);
    if (skeleton(clean).empty()) return refuse("empty", "There is nothing in it.");
    if (count_code_points(clean) > max_message) {
        return refuse("too_long", "A message has at most " + std::to_string(max_message) + " characters.");
    }
    if (const auto wait = messages_.take(); wait > wait.zero()) {
        return Receipt(false, Failure{"slow_down", "You are writing too fast.", wait.count()});
    }

    const auto room = *room_;
    const auto nickname = nickname_;
    const auto stored =
        sio::offload([&] { return chat_.store.add_message(room.id, user_, nickname, clean, client_id); });
    if (!stored) return refuse("no_room", "This room, or your place in it, was removed.");
    const auto& message = stored->message;
    if (stored->is_new) {
        // Not emit_to_room(): what is stored is to reach the others even if this socket has gone meanwhile.
        chat_.room(room.slug).except(sid()).emit("msg_to_room", nickname, message.text,
                                                 About{message.id, message.user, message.at});
    }
    return {true, message};
}

History ChatNamespace::on_history(HistoryQuery query) {
    if (!room_ || !pace(questions_)) return {};
    const auto room = room_->id;
    return sio::offload([&] { return chat_.store.history(room, query, user_, history_page); });
}

void ChatNamespace::on_typing(bool typing) {
    if (!room_ || nickname_.empty() || typing_.take() > std::chrono::milliseconds::zero()) return;
    emit_to_room(Chat::room_name(room_->slug), "typing", nickname_, typing);
}

std::vector<RoomState> ChatNamespace::on_watch() {
    if (!pace(questions_)) return {};
    join(Chat::lobby_name());  // first, so that no change falls between the list and the news
    std::vector<RoomState> rooms;
    for (auto& [room, last_at] : sio::offload([&] { return chat_.store.rooms(); })) {
        rooms.push_back({room.slug, room.name, chat_.presence.nicknames(room.slug), last_at});
    }
    return rooms;
}

void ChatNamespace::recv_disconnect() {
    say_goodbye(chat_.presence.release(sid()));
    log("Disconnected: " + std::string(disconnect_reason()));
    if (user_ != 0) sio::offload([&] { chat_.store.touch_user(user_); });
}

bool ChatNamespace::pace(TokenBucket& bucket) {
    for (auto wait = bucket.take(); wait > wait.zero() && connected(); wait = bucket.take()) sio::sleep(wait);
    return connected();
}

void ChatNamespace::appear(const std::optional<Presence::Departure>& before) {
    if (!room_ || nickname_.empty()) {
        say_goodbye(before);
        return;
    }
    const auto arrived = chat_.presence.enter(sid(), room_->slug);
    if (before) {
        announce(room_->slug, before->nickname + " is now called " + nickname_, {before->nickname, nickname_});
    } else if (arrived) {
        announce(room_->slug, nickname_ + " joined", {nickname_});
    }
    chat_.show_people(room_->slug);
}

void ChatNamespace::say_goodbye(const std::optional<Presence::Departure>& departure) {
    if (!departure) return;
    announce(departure->room, departure->nickname + " left", {departure->nickname});
    chat_.show_people(departure->room);
}

void ChatNamespace::announce(const std::string& slug, const std::string& text, std::vector<std::string> names) {
    chat_.room(slug).emit("announcement", text, Announcement{std::move(names), now_millis()});
}

}  // namespace chat
