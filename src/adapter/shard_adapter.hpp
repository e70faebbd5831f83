#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapter/memory_adapter.hpp"
#include "adapter/shard_group.hpp"
#include "dispatch/adapter.hpp"
#include "greenlet/loop.hpp"

namespace sio::adapter {

/// Rooms that span the shards of a server.
///
/// Each shard keeps its own sockets and rooms in memory and tells the others what concerns theirs as well: everything
/// that was said in one turn in one posted job for each shard, at the turn's end. Messages from one shard stay in order.
class ShardAdapter final : public dispatch::Adapter {
public:
    /// Before the loop runs.
    ShardAdapter(std::shared_ptr<ShardGroup> group, greenlet::Loop& loop)
        : group_(std::move(group)), loop_(loop), index_(group_->enter(loop, local_)) {}

    void add(dispatch::SocketEmitter& emitter) override { local_.add(emitter); }
    void remove(dispatch::SocketEmitter& emitter) noexcept override { local_.remove(emitter); }
    bool join(dispatch::SocketEmitter& emitter, std::string_view room) override { return local_.join(emitter, room); }
    bool leave(dispatch::SocketEmitter& emitter, std::string_view room) override { return local_.leave(emitter, room); }
    std::vector<std::string> rooms(const dispatch::SocketEmitter& emitter) const override {
        return local_.rooms(emitter);
    }
    bool contains(const dispatch::SocketEmitter& emitter, std::string_view room) const noexcept override {
        return local_.contains(emitter, room);
    }
    std::size_t room_count(const dispatch::SocketEmitter& emitter) const noexcept override {
        return local_.room_count(emitter);
    }
    std::size_t room_count() const noexcept override { return local_.room_count(); }
    const void* group() const noexcept override { return group_.get(); }

    void broadcast(const dispatch::Target& target, const wire::PacketView& packet) override;
    std::vector<std::string> sockets(const dispatch::Target& target) override;
    void join_all(const dispatch::Target& target, const std::vector<std::string>& rooms) override;
    void leave_all(const dispatch::Target& target, const std::vector<std::string>& rooms) override;
    void disconnect(const dispatch::Target& target, bool close) override;

private:
    bool alone() const noexcept { return group_->shards().size() < 2; }
    void tell_others(ShardGroup::Act act);
    void flush();

    std::shared_ptr<ShardGroup> group_;
    greenlet::Loop& loop_;
    MemoryAdapter local_;
    std::size_t index_;
    std::vector<ShardGroup::Act> said_;  // in this turn
};

}  // namespace sio::adapter
