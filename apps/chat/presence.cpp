#include "presence.hpp"

#include <algorithm>
#include <utility>

#include "text.hpp"

namespace chat {

bool Presence::available(std::string_view nickname, std::string_view tab) const {
    const std::scoped_lock lock(mutex_);
    const auto owner = owners_.find(skeleton(nickname));
    return owner == owners_.end() || owner->second.tab == tab;
}

Presence::Claim Presence::claim(Speaker speaker) {
    const std::scoped_lock lock(mutex_);
    auto look = skeleton(speaker.nickname);
    if (const auto owner = owners_.find(look); owner != owners_.end() && owner->second.tab != speaker.tab) return {};

    Claim claim{true, std::nullopt};
    if (const auto found = members_.find(speaker.sid); found != members_.end()) claim.departure = forget(found);
    auto& owner = owners_[look];
    owner.tab = speaker.tab;
    ++owner.sockets;
    members_[std::move(speaker.sid)] =
        Member{std::move(speaker.tab), std::move(speaker.nickname), std::move(look), speaker.user, {}};
    return claim;
}

bool Presence::enter(const std::string& sid, std::string_view room) {
    const std::scoped_lock lock(mutex_);
    const auto found = members_.find(sid);
    if (found == members_.end()) return false;
    auto& member = found->second;
    member.room = room;
    auto& people = rooms_[member.room];
    const auto same = std::ranges::find(people, member.look, &Person::look);
    if (same == people.end()) {
        people.push_back({member.look, member.nickname, 1});
        return true;
    }
    same->nickname = member.nickname;
    ++same->sockets;
    return false;
}

std::optional<Presence::Departure> Presence::exit(const std::string& sid) {
    const std::scoped_lock lock(mutex_);
    const auto found = members_.find(sid);
    return found == members_.end() ? std::nullopt : exit_room(found->second);
}

std::optional<Presence::Departure> Presence::release(const std::string& sid) {
    const std::scoped_lock lock(mutex_);
    const auto found = members_.find(sid);
    return found == members_.end() ? std::nullopt : forget(found);
}

std::vector<std::string> Presence::nicknames(std::string_view room) const {
    const std::scoped_lock lock(mutex_);
    std::vector<std::string> names;
    if (const auto found = rooms_.find(room); found != rooms_.end()) {
        for (const auto& person : found->second) names.push_back(person.nickname);
    }
    return names;
}

std::vector<std::string> Presence::sids_of(std::int64_t user) const {
    const std::scoped_lock lock(mutex_);
    std::vector<std::string> sids;
    for (const auto& [sid, member] : members_) {
        if (member.user == user) sids.push_back(sid);
    }
    return sids;
}

std::string Presence::room_of(std::int64_t user) const {
    const std::scoped_lock lock(mutex_);
    for (const auto& [sid, member] : members_) {
        if (member.user == user && !member.room.empty()) return member.room;
    }
    return {};
}

std::optional<Presence::Departure> Presence::exit_room(Member& member) {
    const auto room = rooms_.find(member.room);
    if (room == rooms_.end()) return std::nullopt;
    auto departure = std::optional(Departure{std::exchange(member.room, {}), member.nickname});
    auto& people = room->second;
    const auto person = std::ranges::find(people, member.look, &Person::look);
    if (--person->sockets > 0) return std::nullopt;
    people.erase(person);
    if (people.empty()) rooms_.erase(room);
    return departure;
}

std::optional<Presence::Departure> Presence::forget(std::unordered_map<std::string, Member>::iterator found) {
    auto departure = exit_room(found->second);
    const auto owner = owners_.find(found->second.look);
    if (--owner->second.sockets == 0) owners_.erase(owner);
    members_.erase(found);
    return departure;
}

}  // namespace chat
