#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <string_view>

#include <sio/event.hpp>
#include <sio/message.hpp>

namespace sio::server {

/// Messages on their way from a connection to the greenlet that receives them. Reading pauses while many wait.
class Inbox {
public:
    explicit Inbox(std::function<void(bool paused)> set_paused) : set_paused_(std::move(set_paused)) {}

    void push(bool binary, std::string_view data) {
        messages_.push_back({std::string(data), binary});
        bytes_ += cost(messages_.back());
        if (bytes_ > high_water && !paused_) set_paused_(paused_ = true);
        ready_.set();
    }
    /// No more messages will come.
    void close() {
        closed_ = true;
        ready_.set();
    }
    bool closed() const noexcept { return closed_; }

    /// Suspends the greenlet until there is a message, or none will come.
    std::optional<Message> pop() {
        while (messages_.empty()) {
            if (closed_) return {};
            ready_.clear();
            ready_.wait();
        }
        std::optional<Message> message = std::move(messages_.front());
        messages_.pop_front();
        bytes_ -= cost(*message);
        if (paused_ && bytes_ <= high_water / 2 && !closed_) set_paused_(paused_ = false);
        return message;
    }

private:
    static constexpr std::size_t high_water = 256 * 1024;

    /// With what it takes to keep it: empty messages are not free.
    static std::size_t cost(const Message& message) noexcept { return sizeof(Message) + message.data.size(); }

    std::function<void(bool)> set_paused_;
    std::deque<Message> messages_;
    std::size_t bytes_ = 0;
    Event ready_;
    bool paused_ = false;
    bool closed_ = false;
};

}  // namespace sio::server
