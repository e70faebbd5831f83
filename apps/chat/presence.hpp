#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace chat {

/// Who is online, under which nickname, and in which room.
///
/// A nickname belongs to one tab of one browser at a time. That tab may have more than one socket for a while: the one
/// that was cut off and the one that it came back with. They count as one person.
///
/// Nicknames compare by their skeleton(), so that nobody can be mistaken for somebody else. Threads: any.
class Presence {
public:
    /// A socket that talks under a nickname.
    struct Speaker {
        std::string sid;
        /// What identifies the tab.
        std::string tab;
        std::string nickname;
        /// See Store::sign_in().
        std::int64_t user = 0;
    };
    /// Someone who is no longer in a room.
    struct Departure {
        std::string room;
        std::string nickname;
    };
    struct Claim {
        bool granted = false;
        /// Who the socket was, when that one is gone from the room by this.
        std::optional<Departure> departure;
    };

    /// Whether the tab could claim the nickname now.
    bool available(std::string_view nickname, std::string_view tab) const;
    /// Gives the socket its nickname, in place of any that it had. Not granted when another tab has it. The socket is then
    /// in no room: see enter().
    Claim claim(Speaker speaker);
    /// Puts the socket into a room, which it must not be in. True when its nickname was not there yet; false also for a
    /// socket without a nickname.
    bool enter(const std::string& sid, std::string_view room);
    /// Takes the socket out of its room. Nothing when it was in none, or while another socket of the same person stays.
    std::optional<Departure> exit(const std::string& sid);
    /// The same, and its nickname is free for others.
    std::optional<Departure> release(const std::string& sid);

    /// In the order in which they came.
    std::vector<std::string> nicknames(std::string_view room) const;
    /// The sockets of a user.
    std::vector<std::string> sids_of(std::int64_t user) const;
    /// Slug of the room that the user is in; empty when offline.
    std::string room_of(std::int64_t user) const;

private:
    struct Member {
        std::string tab;
        std::string nickname;
        std::string look;
        std::int64_t user = 0;
        std::string room;
    };
    struct Owner {
        std::string tab;
        int sockets = 0;
    };
    struct Person {
        std::string look;
        std::string nickname;
        int sockets = 0;
    };

    std::optional<Departure> exit_room(Member& member);
    std::optional<Departure> forget(std::unordered_map<std::string, Member>::iterator found);

    mutable std::mutex mutex_;
    std::unordered_map<std::string, Member> members_;                // by sid
    std::map<std::string, Owner> owners_;                            // by look
    std::map<std::string, std::vector<Person>, std::less<>> rooms_;  // by slug
};

}  // namespace chat
