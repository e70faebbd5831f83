#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include <sio/mixins.hpp>

#include "chat.hpp"
#include "protocol.hpp"
#include "rate_limit.hpp"

namespace chat {

/// One page in the chat. The events are those of gevent-socketio's django_chat and more; see docs/guides/chat.md.
class ChatNamespace : public virtual sio::BaseNamespace, public sio::RoomsMixin, public sio::BroadcastMixin {
public:
    explicit ChatNamespace(Chat& chat) : chat_(chat) {}

    static void events(sio::EventTable<ChatNamespace>& on);

    void initialize() override;
    void recv_disconnect() override;

private:
    /// True and the message as stored, or false and why not.
    using Receipt = std::tuple<bool, std::variant<Message, Failure>>;

    /// Enters a room, by its slug, leaving any other. False when there is none.
    bool on_join(std::string slug);
    /// Takes a nickname: true, the nickname as others see it, and the user's id; or false, why not, and 0.
    std::tuple<bool, std::string, std::int64_t> on_nickname(const std::string& wanted);
    /// `client_id`: by which a repeat is recognised.
    Receipt on_user_message(const std::string& text, std::optional<std::string> client_id);
    History on_history(HistoryQuery query);
    void on_typing(bool typing);
    /// The rooms and who is in them; from now on this socket hears of changes.
    std::vector<RoomState> on_watch();

    /// Waits until `bucket` lets one through. Events of a client come one after the other, so what it sends meanwhile waits,
    /// and beyond SocketOptions::max_queued_event_bytes it is not read. False when it has gone.
    bool pace(TokenBucket& bucket);
    /// Shows this socket in its room, once it has both a room and a nickname.
    void appear(const std::optional<Presence::Departure>& before);
    void say_goodbye(const std::optional<Presence::Departure>& departure);
    void announce(const std::string& slug, const std::string& text, std::vector<std::string> names);

    Chat& chat_;
    std::string visitor_;
    std::string tab_;
    std::optional<Room> room_;
    std::string nickname_;
    std::int64_t user_ = 0;
    TokenBucket messages_{20, std::chrono::milliseconds(250)};
    TokenBucket typing_{10, std::chrono::milliseconds(300)};
    // What others hear of, or what asks the store.
    TokenBucket moves_{10, std::chrono::milliseconds(1000)};
    TokenBucket questions_{30, std::chrono::milliseconds(200)};
};

}  // namespace chat
