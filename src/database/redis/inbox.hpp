#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

#include <sio/detail/deadline.hpp>
#include <sio/event.hpp>
#include <sio/redis/message.hpp>

namespace sio::redis {

/// The messages of a Subscriber that wait to be received, with a limit beyond which the oldest give way.
class Inbox {
public:
    explicit Inbox(std::size_t max_bytes) noexcept : max_bytes_(max_bytes) {}

    void put(Message message) {
        bytes_ += size_of(message);
        messages_.push_back(std::move(message));
        // The newest stays, whatever its size.
        while (bytes_ > max_bytes_ && messages_.size() > 1) drop_oldest();
        some_.set();
    }

    /// Blocks until there is one; nothing when `limit` passed first, and once closed and empty.
    std::optional<Message> take(const Duration limit) {
        const sio::detail::Deadline deadline(limit);
        while (dropped_ == 0 && messages_.empty()) {
            if (closed_) return std::nullopt;
            some_.clear();
            if (!some_.wait(deadline.left())) return std::nullopt;
        }
        if (dropped_ > 0) return Message{.kind = Message::Kind::overflow, .dropped = std::exchange(dropped_, 0)};
        Message message = std::move(messages_.front());
        messages_.pop_front();
        bytes_ -= size_of(message);
        return message;
    }

    void close() {
        closed_ = true;
        some_.set();
    }

private:
    static constexpr std::size_t overhead = 64;

    static std::size_t size_of(const Message& message) noexcept {
        return overhead + message.channel.size() + message.pattern.size() + message.data.size();
    }
    void drop_oldest() {
        bytes_ -= size_of(messages_.front());
        messages_.pop_front();
        ++dropped_;
    }

    const std::size_t max_bytes_;
    std::deque<Message> messages_;
    std::size_t bytes_ = 0;
    std::uint64_t dropped_ = 0;  // since the last notice
    bool closed_ = false;
    Event some_;
};

}  // namespace sio::redis
