#include "adapter/shard_adapter.hpp"

#include <doctest/doctest.h>

#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include <sio/greenlet.hpp>

#include "unit/adapter/adapter_contract.hpp"

using sio::adapter::ShardAdapter;
using sio::adapter::ShardGroup;
using namespace sio::test;
using sio::greenlet::Loop;

namespace {

/// Shards with a member each, `m0`, `m1`, ..., on threads of their own.
class Shards {
public:
    explicit Shards(std::size_t count) {
        const auto group = std::make_shared<ShardGroup>();
        for (std::size_t i = 0; i < count; ++i) {
            auto& part = *parts_.emplace_back(std::make_unique<Part>());
            part.adapter.emplace(group, part.loop);
            part.member.emplace(*part.adapter, "m" + std::to_string(i));
        }
        for (auto& part : parts_) part->thread = std::thread([&loop = part->loop] { loop.run(); });
    }
    ~Shards() {
        for (auto& part : parts_) part->loop.stop();
        for (auto& part : parts_) part->thread.join();
    }

    ShardAdapter& adapter(std::size_t shard) { return *parts_[shard]->adapter; }
    Member& member(std::size_t shard) { return *parts_[shard]->member; }

    /// Runs `function` in a greenlet of the shard and waits for its end.
    template <class Function>
    void on(std::size_t shard, Function function) {
        std::promise<void> done;
        Loop& loop = parts_[shard]->loop;
        loop.post([&] {
            loop.enter([&] {
                function();
                done.set_value();
            });
        });
        done.get_future().wait();
    }
    /// What each member has got so far, by shard. What any shard has said before is told by then.
    std::vector<std::string> take() {
        for (std::size_t round = 0; round < 2; ++round) {
            for (std::size_t i = 0; i < parts_.size(); ++i) on(i, [] {});
        }
        std::vector<std::string> got;
        for (std::size_t i = 0; i < parts_.size(); ++i) on(i, [&] { got.push_back(member(i).take()); });
        return got;
    }

private:
    struct Part {
        Loop loop;
        std::optional<ShardAdapter> adapter;
        std::optional<Member> member;
        std::thread thread;
    };
    std::vector<std::unique_ptr<Part>> parts_;
};

using Got = std::vector<std::string>;

}  // namespace

TEST_CASE("ShardAdapter keeps the contract of adapters") {
    Loop loop;
    check_adapter_contract([&] { return std::make_unique<ShardAdapter>(std::make_shared<ShardGroup>(), loop); });
}

TEST_CASE("rooms span shards, and what one shard says arrives in order") {
    Shards shards(3);
    for (const std::size_t i : {0, 2}) {
        shards.on(i, [&] { shards.adapter(i).join(shards.member(i), "even"); });
    }
    shards.on(1, [&] {
        for (const char* name : {"1", "2", "3"}) say(shards.adapter(1), target(), name);
        say(shards.adapter(1), target({"even"}), "even");
        say(shards.adapter(1), target({}, {"m2"}), "not-m2");
        say(shards.adapter(1), target({"m0"}), "m0");
    });
    CHECK(shards.take() == Got{"1 2 3 even not-m2 m0 ", "1 2 3 not-m2 ", "1 2 3 even "});
}

TEST_CASE("sockets of other shards are found, moved between rooms and disconnected") {
    Shards shards(3);
    shards.on(0, [&] {
        auto& adapter = shards.adapter(0);
        CHECK(sorted(adapter.sockets(target())) == Names{"m0", "m1", "m2"});
        adapter.join_all(target({"m1", "m2"}), {"r"});
        CHECK(sorted(adapter.sockets(target({"r"}))) == Names{"m1", "m2"});
        adapter.leave_all(target({"m1"}), {"r"});
        CHECK(adapter.sockets(target({"r"})) == Names{"m2"});
        adapter.disconnect(target({"r"}), true);
        CHECK(sorted(adapter.sockets(target())) == Names{"m0", "m1"});
    });
    CHECK(shards.take() == Got{"", "", "closed "});
}

TEST_CASE("a shard that asks others while they end gets an answer or is ended itself") {
    for (int i = 0; i < 20; ++i) {
        Shards shards(2);
        shards.on(0, [&] {
            sio::spawn([&] {
                for (;;) static_cast<void>(shards.adapter(0).sockets(target()));
            });
            sio::sleep(std::chrono::milliseconds(1));
        });
    }
}

TEST_CASE("many shards talk at once") {
    Shards shards(4);
    std::vector<std::thread> talkers;
    for (std::size_t i = 0; i < 4; ++i) {
        talkers.emplace_back([&, i] {
            for (int turn = 0; turn < 100; ++turn) {
                shards.on(i, [&] {
                    for (int n = 0; n < 10; ++n) say(shards.adapter(i), target(), "x");
                });
            }
        });
    }
    for (auto& talker : talkers) talker.join();
    for (const std::string& got : shards.take()) CHECK(got.size() == std::string_view("x ").size() * 4000);
}
