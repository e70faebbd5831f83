#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include "greenlet/loop.hpp"

namespace sio::server {

/// How other threads post to a loop that may have ended meanwhile: jobs for it are then dropped.
class LoopRef {
public:
    explicit LoopRef(greenlet::Loop& loop) noexcept : loop_(&loop) {}

    void post(greenlet::Loop::Job job) {
        const std::lock_guard lock(mutex_);
        if (loop_) loop_->post(std::move(job));
    }
    /// The loop is about to go.
    void reset() noexcept {
        const std::lock_guard lock(mutex_);
        loop_ = nullptr;
    }

private:
    std::mutex mutex_;
    greenlet::Loop* loop_;
};
using LoopRefPtr = std::shared_ptr<LoopRef>;

}  // namespace sio::server
