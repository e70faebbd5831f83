#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dispatch/adapter.hpp"

namespace sio::test {

/// A member of an adapter that notes what reaches it.
class Member final : public dispatch::SocketEmitter {
public:
    Member(dispatch::Adapter& adapter, std::string sid, std::string nsp = "/")
        : adapter_(adapter), sid_(std::move(sid)), nsp_(std::move(nsp)) {
        adapter_.add(*this);
    }
    ~Member() { adapter_.remove(*this); }
    Member(const Member&) = delete;
    Member& operator=(const Member&) = delete;

    const std::string& sid() const noexcept override { return sid_; }
    const std::string& nsp() const noexcept override { return nsp_; }
    bool admitted() const noexcept override { return let_in; }
    void deliver(const session::BroadcastPtr& packet, session::SendFlags flags) override {
        got += std::string(packet->packet().name) + (flags.volatile_ ? "?" : "") + " ";
        last = packet;
        if (on_deliver) on_deliver();
    }
    void evict(bool close) override {
        got += close ? "closed " : "evicted ";
        adapter_.remove(*this);
    }
    void enter(std::string_view room) override { adapter_.join(*this, room); }
    void exit(std::string_view room) override { adapter_.leave(*this, room); }

    std::string take() { return std::exchange(got, {}); }

    bool let_in = true;
    std::string got;
    session::BroadcastPtr last;
    std::function<void()> on_deliver;

private:
    dispatch::Adapter& adapter_;
    std::string sid_;
    std::string nsp_;
};

inline dispatch::Target target(std::vector<std::string> rooms = {}, std::vector<std::string> except = {}) {
    dispatch::Target made;
    made.nsp = "/";
    made.rooms = std::move(rooms);
    made.except = std::move(except);
    return made;
}

inline void say(dispatch::Adapter& adapter, const dispatch::Target& to, std::string_view name) {
    wire::PacketView packet;
    packet.nsp = to.nsp;
    packet.name = name;
    adapter.broadcast(to, packet);
}

inline std::vector<std::string> sorted(std::vector<std::string> names) {
    std::sort(names.begin(), names.end());
    return names;
}

using Names = std::vector<std::string>;

/// What every adapter does with the sockets of its own shard. `Make` returns a std::unique_ptr<dispatch::Adapter>.
template <class Make>
void check_adapter_contract(Make&& make) {
    const std::unique_ptr<dispatch::Adapter> owned = make();
    dispatch::Adapter& adapter = *owned;

    SUBCASE("joining and leaving are told apart from doing nothing") {
        Member a(adapter, "a");
        CHECK(adapter.join(a, "r"));
        CHECK(!adapter.join(a, "r"));
        CHECK(adapter.join(a, ""));
        CHECK(adapter.rooms(a) == Names{"r", ""});
        CHECK(adapter.room_count(a) == 2);
        CHECK(!adapter.leave(a, "s"));
        CHECK(adapter.leave(a, "r"));
        CHECK(!adapter.leave(a, "r"));
        CHECK(adapter.rooms(a) == Names{""});
        adapter.remove(a);
        CHECK(!adapter.join(a, "r"));
        CHECK(!adapter.leave(a, "r"));
        CHECK(adapter.rooms(a).empty());
        adapter.remove(a);
    }
    SUBCASE("rooms stay in the order of joining, whichever are left, and members are found in rooms of any size") {
        Member a(adapter, "a"), b(adapter, "b");
        Names expected;
        for (int i = 0; i < 40; ++i) {
            adapter.join(a, std::to_string(i));
            if (i % 2 == 0) adapter.join(b, std::to_string(i));
        }
        for (int i = 0; i < 40; ++i) {
            if (i % 3 == 0) {
                expected.push_back(std::to_string(i));
            } else {
                CHECK(adapter.leave(a, std::to_string(i)));
            }
        }
        CHECK(adapter.rooms(a) == expected);
        CHECK(adapter.room_count(a) == expected.size());
        for (int i = 0; i < 40; ++i) {
            CHECK(adapter.contains(a, std::to_string(i)) == (i % 3 == 0));
            CHECK(adapter.contains(b, std::to_string(i)) == (i % 2 == 0));
        }
        CHECK(!adapter.contains(a, "nowhere"));
        CHECK(adapter.join(a, "1"));
        CHECK(!adapter.join(a, "0"));
        say(adapter, target({"1", "4"}), "1");
        CHECK(a.take() == "1 ");
        CHECK(b.take() == "1 ");
        adapter.remove(a);
        CHECK(!adapter.contains(a, "0"));
        CHECK(adapter.contains(b, "0"));
        say(adapter, target({"0"}), "2");
        CHECK(a.take() == "");
        CHECK(b.take() == "2 ");
    }
    SUBCASE("a broadcast reaches each member of its rooms once, and nobody else") {
        Member a(adapter, "a"), b(adapter, "b"), c(adapter, "c"), other(adapter, "o", "/other");
        adapter.join(a, "x");
        adapter.join(b, "x");
        adapter.join(b, "y");
        adapter.join(other, "x");
        say(adapter, target({"x", "y", "x", "b"}), "1");
        CHECK(a.take() == "1 ");
        CHECK(b.take() == "1 ");
        CHECK(c.take() == "");
        say(adapter, target(), "2");
        CHECK(a.take() + b.take() + c.take() == "2 2 2 ");
        say(adapter, target({}, {"y", "c"}), "3");
        CHECK(a.take() == "3 ");
        CHECK(b.take() + c.take() == "");
        say(adapter, target({"x"}, {"x"}), "4");
        say(adapter, target({"nobody's"}), "5");
        CHECK(a.take() + b.take() + c.take() == "");
        // All but one: a socket's id may be the name of a room, too.
        say(adapter, target({}, {"a"}), "5");
        CHECK(a.take() + b.take() + c.take() == "5 5 ");
        say(adapter, target({"x"}, {"b"}), "6");
        CHECK(a.take() + b.take() + c.take() == "6 ");
        say(adapter, target({"a"}, {"a"}), "7");
        say(adapter, target({"x"}, {"a", "b"}), "8");
        CHECK(a.take() + b.take() + c.take() == "");
        adapter.join(b, "a");
        adapter.join(a, "a");
        say(adapter, target({"a"}), "9");
        CHECK(a.take() == "9 ");
        CHECK(b.take() == "9 ");
        say(adapter, target({}, {"a"}), "10");
        CHECK(a.take() + b.take() + c.take() == "10 ");
        CHECK(other.take() == "");
        auto unsteady = target({"c"});
        unsteady.volatile_ = true;
        say(adapter, unsteady, "11");
        CHECK(c.take() == "11? ");
    }
    SUBCASE("all members get the same packet, to encode it once") {
        Member a(adapter, "a"), b(adapter, "b");
        say(adapter, target(), "x");
        CHECK(a.last != nullptr);
        CHECK(a.last == b.last);
    }
    SUBCASE("sockets tells the ids of a target") {
        Member a(adapter, "a"), b(adapter, "b"), c(adapter, "c");
        adapter.join(a, "x");
        adapter.join(b, "x");
        CHECK(sorted(adapter.sockets(target())) == Names{"a", "b", "c"});
        CHECK(sorted(adapter.sockets(target({"x", "c"}, {"a"}))) == Names{"b", "c"});
        CHECK(adapter.sockets(target({"none"})).empty());
        b.let_in = false;
        CHECK(sorted(adapter.sockets(target())) == Names{"a", "c"});
        CHECK(adapter.sockets(target({"b"})).empty());
    }
    SUBCASE("targets join, leave and are disconnected together") {
        Member a(adapter, "a"), b(adapter, "b"), c(adapter, "c");
        adapter.join_all(target({"a", "b"}), {"x", "y"});
        CHECK(adapter.rooms(a) == Names{"x", "y"});
        adapter.leave_all(target({"x"}), {"x"});
        CHECK(adapter.rooms(b) == Names{"y"});
        CHECK(adapter.sockets(target({"x"})).empty());
        adapter.disconnect(target({"y"}), false);
        CHECK(a.take() + b.take() + c.take() == "evicted evicted ");
        adapter.disconnect(target(), true);
        CHECK(a.take() + b.take() + c.take() == "closed ");
        CHECK(adapter.sockets(target()).empty());
    }
    SUBCASE("members that leave, join or go during a broadcast do not disturb it") {
        std::vector<std::unique_ptr<Member>> members;
        for (int i = 0; i < 10; ++i) {
            members.push_back(std::make_unique<Member>(adapter, std::to_string(i)));
            adapter.join(*members.back(), "x");
        }
        members[3]->on_deliver = [&] {
            adapter.remove(*members[0]);
            adapter.remove(*members[3]);
            adapter.leave(*members[5], "x");
            members.push_back(std::make_unique<Member>(adapter, "late"));
            adapter.join(*members.back(), "x");
            // A broadcast within a broadcast.
            say(adapter, target({"x"}, {"3"}), "inner");
        };
        say(adapter, target({"x"}), "outer");
        CHECK(members[0]->take() == "outer ");  // in its turn before it went
        CHECK(members[3]->take() == "outer ");
        CHECK(members[5]->take() == "");
        CHECK(members[9]->take() == "inner outer ");
        CHECK(members[10]->take() == "inner ");
        members[3]->on_deliver = nullptr;
        say(adapter, target({"x"}), "after");
        CHECK(members[0]->take() + members[3]->take() + members[5]->take() == "");
        for (const std::size_t i : {1, 2, 4, 6, 7, 8}) {
            CHECK(members[i]->take() == (i < 3 ? "outer inner after " : "inner outer after "));
        }
        CHECK(members[10]->take() == "after ");
        CHECK(adapter.sockets(target({"x"})).size() == 8);
    }
    SUBCASE("joining and leaving at random keeps both sides in step") {
        std::vector<std::unique_ptr<Member>> members;
        for (int i = 0; i < 20; ++i) members.push_back(std::make_unique<Member>(adapter, "m" + std::to_string(i)));
        std::vector<std::vector<bool>> in(20, std::vector<bool>(5));
        unsigned random = 1;
        for (int step = 0; step < 5000; ++step) {
            random = random * 1664525 + 1013904223;
            const std::size_t who = (random >> 8) % 20, room = (random >> 16) % 5;
            const std::string name = "room" + std::to_string(room);
            if ((random >> 24) % 2 == 0) {
                CHECK(adapter.join(*members[who], name) == !in[who][room]);
                in[who][room] = true;
            } else {
                CHECK(adapter.leave(*members[who], name) == in[who][room]);
                in[who][room] = false;
            }
        }
        for (std::size_t room = 0; room < 5; ++room) {
            Names expected;
            for (std::size_t who = 0; who < 20; ++who) {
                if (in[who][room]) expected.push_back("m" + std::to_string(who));
            }
            CHECK(sorted(adapter.sockets(target({"room" + std::to_string(room)}))) == sorted(expected));
        }
    }
}

}  // namespace sio::test
