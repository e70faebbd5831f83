#pragma once

#include <exception>

#include "net/connection.hpp"
#include "net/shard.hpp"
#include "util/exception_text.hpp"

namespace sio::net {

/// Runs `work`, collects what is written meanwhile, sends it at the end and goes on reading. Every call from outside ends
/// here: what it throws (no memory, a fault of the receiver) ends this connection, and nothing else.
template <class Work>
void Connection::batch(Work work) noexcept {
    const Ptr self(this);
    try {
        in_batch_ = true;
        if (shard_ != nullptr) shard_->budget().begin();
        work();
        in_batch_ = false;
        send_queue();
        read();
    } catch (...) {
        in_batch_ = false;
        break_off(std::current_exception());
    }
}

}  // namespace sio::net
