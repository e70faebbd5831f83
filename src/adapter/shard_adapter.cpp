#include "adapter/shard_adapter.hpp"

#include <iterator>

#include <sio/async_result.hpp>

#include "session/broadcast.hpp"

namespace sio::adapter {

using dispatch::Target;

namespace {

using Sids = std::vector<std::string>;

/// Another shard's part of an answer: nothing when that shard ends before it has answered.
class Answer {
public:
    explicit Answer(std::shared_ptr<AsyncResult<Sids>> result) noexcept : result_(std::move(result)) {}
    Answer(Answer&&) noexcept = default;
    ~Answer() {
        if (result_) result_->set({});  // no effect when there is an answer
    }
    void give(Sids sids) const { result_->set(std::move(sids)); }

private:
    std::shared_ptr<AsyncResult<Sids>> result_;
};

}  // namespace

void ShardAdapter::tell_others(ShardGroup::Act act) {
    if (said_.empty()) loop_.defer([this] { flush(); });
    said_.push_back(std::move(act));
}

void ShardAdapter::flush() {
    if (said_.empty()) return;
    group_->send(index_, std::make_shared<const std::vector<ShardGroup::Act>>(std::exchange(said_, {})));
}

void ShardAdapter::broadcast(const Target& target, const wire::PacketView& packet) {
    if (!alone()) {
        // Each shard makes its own encodings of the packet: they are made when the first socket needs them.
        tell_others([target, copy = std::make_shared<const session::Broadcast>(packet)](MemoryAdapter& sockets) {
            sockets.broadcast(target, copy->packet());
        });
    }
    local_.broadcast(target, packet);
}

std::vector<std::string> ShardAdapter::sockets(const Target& target) {
    flush();  // what was said before comes first
    std::vector<std::shared_ptr<AsyncResult<Sids>>> answers;
    for (const auto& shard : group_->shards()) {
        if (&shard == &group_->shards()[index_]) continue;
        const auto& result = answers.emplace_back(std::make_shared<AsyncResult<Sids>>());
        shard.loop->post(
            [&shard, target = target, answer = Answer(result)] { answer.give(shard.sockets->sockets(target)); });
    }
    Sids all = local_.sockets(target);
    for (const auto& answer : answers) {
        Sids& sids = answer->get();
        all.insert(all.end(), std::make_move_iterator(sids.begin()), std::make_move_iterator(sids.end()));
    }
    return all;
}

void ShardAdapter::join_all(const Target& target, const std::vector<std::string>& rooms) {
    if (!alone()) tell_others([target, rooms](MemoryAdapter& sockets) { sockets.join_all(target, rooms); });
    local_.join_all(target, rooms);
}

void ShardAdapter::leave_all(const Target& target, const std::vector<std::string>& rooms) {
    if (!alone()) tell_others([target, rooms](MemoryAdapter& sockets) { sockets.leave_all(target, rooms); });
    local_.leave_all(target, rooms);
}

void ShardAdapter::disconnect(const Target& target, bool close) {
    if (!alone()) tell_others([target, close](MemoryAdapter& sockets) { sockets.disconnect(target, close); });
    local_.disconnect(target, close);
}

}  // namespace sio::adapter
