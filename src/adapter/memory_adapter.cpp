#include "adapter/memory_adapter.hpp"

#include <unordered_set>
#include <utility>

namespace sio::adapter {

using dispatch::SocketEmitter;
using dispatch::Target;

MemoryAdapter::MemoryAdapter() = default;
MemoryAdapter::~MemoryAdapter() = default;

MemoryAdapter::Member* MemoryAdapter::member_of(const SocketEmitter& emitter) noexcept {
    return static_cast<Member*>(emitter.adapter_record);
}

void MemoryAdapter::add(SocketEmitter& emitter) {
    if (member_of(emitter)) return;
    auto found = namespaces_.find(std::string_view(emitter.nsp()));
    if (found == namespaces_.end()) {
        found = namespaces_.emplace(emitter.nsp(), std::make_unique<Namespace>()).first;
        found->second->name = found->first;
    }
    Namespace& nsp = *found->second;
    auto member = std::make_unique<Member>();
    member->nsp = &nsp;
    member->place = nsp.members.size();
    nsp.members.push_back(&emitter);
    nsp.by_sid.insert(&emitter);
    emitter.adapter_record = member.release();
}

void MemoryAdapter::remove(SocketEmitter& emitter) noexcept {
    const std::unique_ptr<Member> member(member_of(emitter));
    if (!member) return;
    emitter.adapter_record = nullptr;
    for (std::size_t i = member->memberships.size(); i-- > 0;) {
        if (member->memberships[i].room) leave_at(*member, i);
    }
    Namespace& nsp = *member->nsp;
    nsp.by_sid.erase(&emitter);
    if (walking_ != 0) {
        nsp.members[member->place] = nullptr;
        if (nsp.gaps++ == 0) untidy_namespaces_.push_back(&nsp);
        return;
    }
    if (member->place + 1 != nsp.members.size()) {
        nsp.members[member->place] = nsp.members.back();
        member_of(*nsp.members.back())->place = member->place;
    }
    nsp.members.pop_back();
    drop_if_empty(nsp);
}

bool MemoryAdapter::join(SocketEmitter& emitter, std::string_view name) {
    Member* const member = member_of(emitter);
    if (!member) return false;
    auto& rooms = member->nsp->rooms;
    auto found = rooms.find(name);
    if (found == rooms.end()) {
        auto room = std::make_unique<Room>();
        room->nsp = member->nsp;
        found = rooms.emplace(std::string(name), std::move(room)).first;
        found->second->name = found->first;
    }
    Room& room = *found->second;
    if (find(*member, room) != nowhere) return false;
    member->memberships.push_back({&room, room.places.size()});
    room.places.push_back({&emitter, member->memberships.size() - 1});
    return true;
}

bool MemoryAdapter::leave(SocketEmitter& emitter, std::string_view name) {
    Member* const member = member_of(emitter);
    if (!member) return false;
    const std::size_t at = find(*member, name);
    if (at == nowhere) return false;
    leave_at(*member, at);
    close_gaps(*member);
    return true;
}

std::size_t MemoryAdapter::find(const Member& member, const Room& room) noexcept {
    if (room.places.size() < member.memberships.size()) {
        for (const Place& place : room.places) {
            if (place.emitter && member_of(*place.emitter) == &member) return place.membership;
        }
        return nowhere;
    }
    for (std::size_t i = 0; i < member.memberships.size(); ++i) {
        if (member.memberships[i].room == &room) return i;
    }
    return nowhere;
}

std::size_t MemoryAdapter::find(const Member& member, std::string_view name) noexcept {
    const auto room = member.nsp->rooms.find(name);
    return room == member.nsp->rooms.end() ? nowhere : find(member, *room->second);
}

// The order of joining is kept, which rooms() tells.
void MemoryAdapter::close_gaps(Member& member) noexcept {
    if (member.gaps * 2 <= member.memberships.size()) return;
    member.gaps = 0;
    std::erase_if(member.memberships, [](const Membership& membership) { return membership.room == nullptr; });
    for (std::size_t i = 0; i < member.memberships.size(); ++i) {
        const auto& [room, place] = member.memberships[i];
        room->places[place].membership = i;
    }
}

void MemoryAdapter::leave_at(Member& member, std::size_t index) noexcept {
    const auto [room, place] = std::exchange(member.memberships[index], {});
    ++member.gaps;
    if (walking_ != 0) {
        room->places[place].emitter = nullptr;
        if (room->gaps++ == 0) untidy_rooms_.push_back(room);
        return;
    }
    if (place + 1 != room->places.size()) {
        room->places[place] = room->places.back();
        const Place& moved = room->places[place];
        member_of(*moved.emitter)->memberships[moved.membership].place = place;
    }
    room->places.pop_back();
    drop_if_empty(*room);
}

void MemoryAdapter::drop_if_empty(Room& room) noexcept {
    if (!room.places.empty()) return;
    auto& rooms = room.nsp->rooms;
    rooms.erase(rooms.find(room.name));
}

void MemoryAdapter::drop_if_empty(Namespace& nsp) noexcept {
    if (nsp.members.empty()) namespaces_.erase(namespaces_.find(nsp.name));
}

// Closes the gaps that a walk had to leave.
void MemoryAdapter::tidy() noexcept {
    for (Room* const room : std::exchange(untidy_rooms_, {})) {
        room->gaps = 0;
        std::erase_if(room->places, [](const Place& place) { return place.emitter == nullptr; });
        for (std::size_t i = 0; i < room->places.size(); ++i) {
            member_of(*room->places[i].emitter)->memberships[room->places[i].membership].place = i;
        }
        drop_if_empty(*room);
    }
    for (Namespace* const nsp : std::exchange(untidy_namespaces_, {})) {
        nsp->gaps = 0;
        std::erase(nsp->members, nullptr);
        for (std::size_t i = 0; i < nsp->members.size(); ++i) member_of(*nsp->members[i])->place = i;
        drop_if_empty(*nsp);
    }
}

std::vector<std::string> MemoryAdapter::rooms(const SocketEmitter& emitter) const {
    std::vector<std::string> names;
    if (const Member* const member = member_of(emitter)) {
        names.reserve(member->room_count());
        for (const Membership& membership : member->memberships) {
            if (membership.room) names.emplace_back(membership.room->name);
        }
    }
    return names;
}

std::size_t MemoryAdapter::room_count(const SocketEmitter& emitter) const noexcept {
    const Member* const member = member_of(emitter);
    return member ? member->room_count() : 0;
}

bool MemoryAdapter::contains(const SocketEmitter& emitter, std::string_view room) const noexcept {
    const Member* const member = member_of(emitter);
    return member && find(*member, room) != nowhere;
}

std::size_t MemoryAdapter::room_count() const noexcept {
    std::size_t count = 0;
    for (const auto& [name, nsp] : namespaces_) count += nsp->rooms.size();
    return count;
}

// Which members a walk has taken notice of. A number in each member tells, but for a walk within a walk, which must leave
// the outer one's numbers alone.
class MemoryAdapter::Seen {
public:
    explicit Seen(MemoryAdapter& adapter) : walk_(++adapter.walks_), nested_(adapter.walking_ > 1) {}

    /// True the first time.
    bool first(Member& member) {
        if (nested_) return others_.insert(&member).second;
        return std::exchange(member.seen, walk_) != walk_;
    }

private:
    std::uint64_t walk_;
    bool nested_;
    std::unordered_set<const Member*> others_;
};

class MemoryAdapter::Walk {
public:
    explicit Walk(MemoryAdapter& adapter) noexcept : adapter_(adapter) { ++adapter_.walking_; }
    ~Walk() {
        if (--adapter_.walking_ == 0) adapter_.tidy();
    }

private:
    MemoryAdapter& adapter_;
};

// By index: the lists may grow. Who joins meanwhile is not part of the walk.
template <class Act>
void MemoryAdapter::visit_room(Namespace& nsp, std::string_view name, Act&& act) {
    SocketEmitter* alone = nullptr;  // whose id the name is; it may be in a room of that name as well
    if (const auto sid = nsp.by_sid.find(name); sid != nsp.by_sid.end()) {
        alone = *sid;
        act(*alone);
    }
    const auto found = nsp.rooms.find(name);
    if (found == nsp.rooms.end()) return;
    Room& room = *found->second;
    for (std::size_t i = 0, end = room.places.size(); i < end; ++i) {
        if (SocketEmitter* const emitter = room.places[i].emitter; emitter && emitter != alone) act(*emitter);
    }
}

template <class Act>
void MemoryAdapter::visit_all(Namespace& nsp, Act&& act) {
    for (std::size_t i = 0, end = nsp.members.size(); i < end; ++i) {
        if (SocketEmitter* const emitter = nsp.members[i]) act(*emitter);
    }
}

template <class Act>
void MemoryAdapter::visit(const Target& target, Act&& act) {
    const auto found = namespaces_.find(std::string_view(target.nsp));
    if (found == namespaces_.end()) return;
    Namespace& nsp = *found->second;
    const Walk walk(*this);

    // The usual target is one list without, at most, the sender: nobody in it twice, and one to compare with.
    const auto left_out = target.except.empty() ? nsp.by_sid.end() : nsp.by_sid.find(target.except.front());
    const bool one_left_out = left_out != nsp.by_sid.end() && !nsp.rooms.contains(target.except.front());
    if (target.rooms.size() <= 1 && target.except.size() == (one_left_out ? 1 : 0)) {
        const SocketEmitter* const sender = one_left_out ? *left_out : nullptr;
        const auto others = [&](SocketEmitter& emitter) {
            if (&emitter != sender) act(emitter);
        };
        return target.rooms.empty() ? visit_all(nsp, others) : visit_room(nsp, target.rooms.front(), others);
    }

    Seen seen(*this);
    const auto once = [&](SocketEmitter& emitter) {
        if (seen.first(*member_of(emitter))) act(emitter);
    };
    for (const std::string& room : target.except) {
        visit_room(nsp, room, [&](SocketEmitter& emitter) { seen.first(*member_of(emitter)); });
    }
    if (target.rooms.empty()) return visit_all(nsp, once);
    for (const std::string& room : target.rooms) visit_room(nsp, room, once);
}

void MemoryAdapter::broadcast(const Target& target, const wire::PacketView& packet) {
    session::BroadcastPtr shared;  // not even copied when there is nobody
    const session::SendFlags flags{.volatile_ = target.volatile_};
    visit(target, [&](SocketEmitter& emitter) {
        if (!shared) shared = std::make_shared<const session::Broadcast>(packet);
        emitter.deliver(shared, flags);
    });
}

std::vector<std::string> MemoryAdapter::sockets(const Target& target) {
    std::vector<std::string> sids;
    visit(target, [&](SocketEmitter& emitter) {
        if (emitter.admitted()) sids.push_back(emitter.sid());
    });
    return sids;
}

void MemoryAdapter::join_all(const Target& target, const std::vector<std::string>& rooms) {
    visit(target, [&](SocketEmitter& emitter) {
        for (const std::string& room : rooms) emitter.enter(room);
    });
}

void MemoryAdapter::leave_all(const Target& target, const std::vector<std::string>& rooms) {
    visit(target, [&](SocketEmitter& emitter) {
        for (const std::string& room : rooms) emitter.exit(room);
    });
}

void MemoryAdapter::disconnect(const Target& target, bool close) {
    visit(target, [&](SocketEmitter& emitter) { emitter.evict(close); });
}

}  // namespace sio::adapter
