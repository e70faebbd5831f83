#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <deque>
#include <exception>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <sio/any_greenlet.hpp>
#include <sio/event.hpp>
#include <sio/redis/options.hpp>
#include <sio/redis/subscriber.hpp>
#include <sio/redis/value.hpp>

#include "database/redis/backoff.hpp"
#include "database/redis/inbox.hpp"

namespace sio::greenlet {
class Loop;
}

namespace sio::redis {

class Wire;

/// The names of one kind that are subscribed to, and the words of that kind.
struct Topic {
    Message::Kind kind;
    std::string_view subscribe;
    std::string_view unsubscribe;
    std::string_view message;
    std::set<std::string> names = {};
};

/// A Subscriber's connection, and the greenlets that keep it: one connects and reads, another writes.
///
/// The server confirms each name of a command, in the order of the commands, between the messages; or refuses the command
/// with one error.
class Subscription : public std::enable_shared_from_this<Subscription> {
public:
    Subscription(Options options, const SubscriberOptions& subscriber_options)
        : options_(std::move(options)), subscriber_options_(subscriber_options), backoff_(options_) {}

    /// Blocks until it is confirmed that the names are subscribed to, or no more.
    void change(Message::Kind kind, bool subscribe, const std::vector<std::string>& names);
    void close() noexcept;

    Inbox& inbox() noexcept { return inbox_; }
    bool is_connected() const noexcept { return wire_ != nullptr; }

private:
    /// One command and what it waits for.
    struct Change {
        Topic* topic;
        bool subscribe;
        std::vector<std::string> names;
        std::size_t confirmed = 0;
        bool again = false;  // after a connection was lost: nobody waits
        std::exception_ptr failure = nullptr;
        Event done = {};
    };
    using Changes = std::deque<std::shared_ptr<Change>>;

    Topic& topic(Message::Kind kind) noexcept { return topics_[static_cast<std::size_t>(kind)]; }
    bool wanted() const noexcept;
    void begin();
    void run();
    void connect_and_serve();
    void subscribe_again();
    void receive_all(Wire& wire);
    void receive(Value value);
    void receive_error(const Value& value);
    void receive_confirmation(Topic& topic, bool subscribe, const std::string& name);
    void write_all(const std::shared_ptr<Wire>& wire);
    bool write_waiting(Wire& wire);
    static void fail(Changes& changes, const std::exception_ptr& failure) noexcept;

    const Options options_;
    const SubscriberOptions subscriber_options_;
    Backoff backoff_;
    Inbox inbox_{subscriber_options_.max_buffered_bytes};
    std::array<Topic, 3> topics_{{
        {Message::Kind::message, "subscribe", "unsubscribe", "message"},
        {Message::Kind::pattern_message, "psubscribe", "punsubscribe", "pmessage"},
        {Message::Kind::shard_message, "ssubscribe", "sunsubscribe", "smessage"},
    }};
    std::atomic<greenlet::Loop*> loop_{nullptr};  // while run() is on
    AnyGreenlet runner_;
    std::shared_ptr<Wire> wire_;  // while connected
    bool closed_ = false;
    bool lost_ = false;    // the connection, with something subscribed to; a notice is due
    bool useful_ = false;  // it has confirmed something
    bool quiet_ = false;   // nothing has come since the last check
    Changes waiting_;      // to be sent
    Changes sent_;         // and not confirmed
    Event more_;           // waiting_ has grown
};

}  // namespace sio::redis
