#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "dispatch/adapter.hpp"
#include "util/keyed_set.hpp"
#include "util/secret_hash.hpp"

namespace sio::adapter {

/// Rooms of one shard, in memory.
///
///     namespaces_  "/chat" -> Namespace { by_sid: sid -> emitter, rooms: name -> Room }
///
///     Member.memberships   [ {room, 2}, {other room, 0} ]      where in the room's list its emitter stands
///                                 |
///     Room.places          [ {a, 0}, {b, 3}, {emitter, 0} ]    where in the member's list the room stands
///
/// So joining and leaving take no search through the room, and a broadcast walks a plain array. Whether a member is in a
/// room is looked up in the shorter of the two lists. A room goes when its last member does.
class MemoryAdapter final : public dispatch::Adapter {
public:
    MemoryAdapter();
    ~MemoryAdapter() override;

    void add(dispatch::SocketEmitter& emitter) override;
    void remove(dispatch::SocketEmitter& emitter) noexcept override;
    bool join(dispatch::SocketEmitter& emitter, std::string_view room) override;
    bool leave(dispatch::SocketEmitter& emitter, std::string_view room) override;
    bool contains(const dispatch::SocketEmitter& emitter, std::string_view room) const noexcept override;
    std::vector<std::string> rooms(const dispatch::SocketEmitter& emitter) const override;
    std::size_t room_count(const dispatch::SocketEmitter& emitter) const noexcept override;
    std::size_t room_count() const noexcept override;
    void broadcast(const dispatch::Target& target, const wire::PacketView& packet) override;
    std::vector<std::string> sockets(const dispatch::Target& target) override;
    void join_all(const dispatch::Target& target, const std::vector<std::string>& rooms) override;
    void leave_all(const dispatch::Target& target, const std::vector<std::string>& rooms) override;
    void disconnect(const dispatch::Target& target, bool close) override;

    /// Namespaces that somebody is in: nothing is left behind.
    std::size_t namespace_count() const noexcept { return namespaces_.size(); }

private:
    template <class T>
    using ByName = std::unordered_map<std::string, T, util::SecretHash, std::equal_to<>>;

    struct Room;
    struct Namespace;

    // Without a room: has left it. Closing the gap at once would move all that come behind.
    struct Membership {
        Room* room;
        std::size_t place;
    };
    /// What an emitter's adapter_record points to.
    struct Member {
        Namespace* nsp;
        std::vector<Membership> memberships;
        std::size_t gaps = 0;
        /// The last walk that took notice of it; see Seen.
        std::uint64_t seen = 0;
        std::size_t place = 0;

        std::size_t room_count() const noexcept { return memberships.size() - gaps; }
    };
    // Null in a list: has left during a walk. The lists have emitters, so that most walks need not look at members.
    struct Place {
        dispatch::SocketEmitter* emitter;
        std::size_t membership;
    };
    struct SidOf {
        std::string_view operator()(const dispatch::SocketEmitter& emitter) const { return emitter.sid(); }
    };
    struct Room {
        std::string_view name;
        Namespace* nsp;
        std::vector<Place> places;
        std::size_t gaps = 0;
    };
    struct Namespace {
        std::string_view name;
        ByName<std::unique_ptr<Room>> rooms;
        util::KeyedSet<dispatch::SocketEmitter*, SidOf> by_sid;
        std::vector<dispatch::SocketEmitter*> members;
        std::size_t gaps = 0;
    };

    static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

    static Member* member_of(const dispatch::SocketEmitter& emitter) noexcept;
    /// Where the room is in the member's list; `nowhere` when it is not.
    static std::size_t find(const Member& member, const Room& room) noexcept;
    static std::size_t find(const Member& member, std::string_view room) noexcept;
    static void close_gaps(Member& member) noexcept;
    void leave_at(Member& member, std::size_t membership) noexcept;
    void drop_if_empty(Room& room) noexcept;
    void drop_if_empty(Namespace& nsp) noexcept;
    void tidy() noexcept;

    class Seen;
    class Walk;

    /// Calls `act(SocketEmitter&)` for each socket of the target. Members and rooms may come and go meanwhile.
    template <class Act>
    void visit(const dispatch::Target& target, Act&& act);
    template <class Act>
    static void visit_room(Namespace& nsp, std::string_view room, Act&& act);
    template <class Act>
    static void visit_all(Namespace& nsp, Act&& act);

    ByName<std::unique_ptr<Namespace>> namespaces_;
    std::uint64_t walks_ = 0;
    // Walks that are under way, one within another. Lists are not shortened nor dropped while there are any.
    std::size_t walking_ = 0;
    std::vector<Room*> untidy_rooms_;
    std::vector<Namespace*> untidy_namespaces_;
};

}  // namespace sio::adapter
