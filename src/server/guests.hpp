#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include <sio/detail/host_stream.hpp>

#include "server/loop_ref.hpp"

namespace sio::server {

/// The streams of a host that a shard works on: its loop goes on until it is done with them.
///
/// Threads: enter() and leave() any, the rest the shard's.
class Guests : public std::enable_shared_from_this<Guests> {
public:
    explicit Guests(LoopRefPtr loop) noexcept : loop_(std::move(loop)) {}

    void enter() noexcept { ++count_; }
    void leave() {
        if (--count_ != 0) return;
        loop_->post([self = shared_from_this()] { self->look(); });
    }
    /// Calls `then` when there are none, now or later.
    void when_gone(std::function<void()> then) {
        then_ = std::move(then);
        look();
    }

private:
    void look() {
        if (count_ != 0 || !then_) return;
        const auto then = std::exchange(then_, nullptr);
        then();
    }

    LoopRefPtr loop_;
    std::atomic<std::size_t> count_{0};
    std::function<void()> then_;
};

/// A stream that is a guest until sio is done with it.
class GuestStream final : public detail::HostStream {
public:
    GuestStream(std::shared_ptr<detail::HostStream> stream, std::shared_ptr<Guests> guests) noexcept
        : stream_(std::move(stream)), guests_(std::move(guests)) {
        guests_->enter();
    }
    ~GuestStream() override { leave(); }

    void write(std::string bytes, std::function<void(bool ok)> done) override {
        stream_->write(std::move(bytes), std::move(done));
    }
    void read(std::function<void(std::string bytes)> done) override { stream_->read(std::move(done)); }
    void watch(std::function<void(bool failed)> gone) override { stream_->watch(std::move(gone)); }
    void unwatch() override { stream_->unwatch(); }
    void close() override { stream_->close(); }
    bool releasable() const noexcept override { return stream_->releasable(); }
    void release(std::function<void(int fd, std::string read_already)> taken) override {
        stream_->release(std::move(taken));
        leave();
    }
    void finish(bool keep_alive) override {
        stream_->finish(keep_alive);
        leave();
    }

private:
    void leave() {
        if (!left_.exchange(true)) guests_->leave();
    }

    std::shared_ptr<detail::HostStream> stream_;
    std::shared_ptr<Guests> guests_;
    std::atomic<bool> left_{false};
};

}  // namespace sio::server
