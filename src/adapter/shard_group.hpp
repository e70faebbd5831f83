#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "adapter/memory_adapter.hpp"
#include "greenlet/loop.hpp"

namespace sio::adapter {

/// The shards of one server, as they reach each other's sockets.
///
/// Threads: enter() before any of the loops runs, everything else on a shard's. Loops outlive the threads of all shards.
class ShardGroup {
public:
    /// Something that is done on each of the other shards, with its sockets. Called on several threads at once: it must
    /// not change when it is called.
    using Act = std::function<void(MemoryAdapter&)>;
    using Acts = std::shared_ptr<const std::vector<Act>>;

    struct Shard {
        greenlet::Loop* loop;
        MemoryAdapter* sockets;
    };

    /// Returns the shard's index.
    std::size_t enter(greenlet::Loop& loop, MemoryAdapter& sockets) {
        shards_.push_back({&loop, &sockets});
        return shards_.size() - 1;
    }
    const std::vector<Shard>& shards() const noexcept { return shards_; }

    /// Has all shards but `from` do `acts`, in their order, behind what `from` sent before.
    void send(std::size_t from, const Acts& acts) const {
        for (std::size_t i = 0; i < shards_.size(); ++i) {
            if (i == from) continue;
            shards_[i].loop->post([&sockets = *shards_[i].sockets, acts] {
                for (const Act& act : *acts) act(sockets);
            });
        }
    }

private:
    std::vector<Shard> shards_;
};

}  // namespace sio::adapter
