#pragma once

#include <new>
#include <utility>

#include "net/shard.hpp"
#include "server/loop_ref.hpp"

namespace sio::server {

/// A connection of another HTTP server on which something of ours is under way: a shard that stops waits for it, for a while.
///
/// Made on the shard's thread; may end on any.
class Guest {
public:
    Guest(net::Shard& shard, LoopRefPtr back) : shard_(shard), back_(std::move(back)) { shard_.guest_comes(); }
    ~Guest() {
        try {
            back_->post([&shard = shard_] { shard.guest_leaves(); });
        } catch (const std::bad_alloc&) {
            // A shard that stops waits for it as long as it may, then.
        }
    }
    Guest(const Guest&) = delete;
    Guest& operator=(const Guest&) = delete;

private:
    net::Shard& shard_;
    LoopRefPtr back_;
};

}  // namespace sio::server
