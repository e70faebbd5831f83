#include <sio/redis/subscriber.hpp>

#include <utility>

#include <sio/greenlet.hpp>

#include "database/redis/subscription.hpp"

namespace sio::redis {

Subscriber::Subscriber(Options options, const SubscriberOptions& subscriber_options)
    : subscription_(std::make_shared<Subscription>(std::move(options), subscriber_options)) {}
Subscriber::~Subscriber() { close(); }

void Subscriber::subscribe(const Names& channels) { subscription_->change(Message::Kind::message, true, channels); }
void Subscriber::psubscribe(const Names& patterns) {
    subscription_->change(Message::Kind::pattern_message, true, patterns);
}
void Subscriber::ssubscribe(const Names& channels) {
    subscription_->change(Message::Kind::shard_message, true, channels);
}
void Subscriber::unsubscribe(const Names& channels) { subscription_->change(Message::Kind::message, false, channels); }
void Subscriber::punsubscribe(const Names& patterns) {
    subscription_->change(Message::Kind::pattern_message, false, patterns);
}
void Subscriber::sunsubscribe(const Names& channels) {
    subscription_->change(Message::Kind::shard_message, false, channels);
}

std::optional<Message> Subscriber::next(Duration limit) { return subscription_->inbox().take(limit); }

AnyGreenlet Subscriber::deliver_to(std::function<void(const Message&)> callback) {
    return spawn([subscription = subscription_, callback = std::move(callback)] {
        while (const auto message = subscription->inbox().take(forever)) callback(*message);
    });
}

void Subscriber::close() noexcept { subscription_->close(); }
bool Subscriber::is_connected() const noexcept { return subscription_->is_connected(); }

}  // namespace sio::redis
