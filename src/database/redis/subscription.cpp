#include "database/redis/subscription.hpp"

#include <algorithm>
#include <utility>

#include <sio/error.hpp>
#include <sio/greenlet.hpp>
#include <sio/log.hpp>
#include <sio/redis/command.hpp>
#include <sio/redis/error.hpp>

#include "database/redis/wire.hpp"
#include "greenlet/loop.hpp"
#include "util/printable.hpp"

namespace sio::redis {

namespace {

std::exception_ptr closed() {
    return std::make_exception_ptr(sio::Error(errc::connection_closed, "Redis: the subscriber was closed"));
}

}  // namespace

void Subscription::change(Message::Kind kind, bool subscribe, const std::vector<std::string>& names) {
    sio::detail::require_greenlet("redis::Subscriber");
    if (names.empty()) return;
    if (closed_) std::rethrow_exception(closed());
    begin();
    const auto change = std::make_shared<Change>();
    change->topic = &topic(kind);
    change->subscribe = subscribe;
    change->names = names;
    waiting_.push_back(change);
    more_.set();
    if (!change->done.wait(options_.timeout))
        throw TimeoutError("Redis at " + options_.address() + ": no answer in time");
    if (change->failure) std::rethrow_exception(change->failure);
}

void Subscription::close() noexcept {
    closed_ = true;
    fail(waiting_, closed());
    fail(sent_, closed());
    inbox_.close();
    if (runner_) runner_.kill(false);
}

bool Subscription::wanted() const noexcept {
    return !waiting_.empty() ||
           std::any_of(topics_.begin(), topics_.end(), [](const Topic& each) { return !each.names.empty(); });
}

void Subscription::begin() {
    greenlet::Loop* const current = greenlet::Loop::current();
    greenlet::Loop* const own = loop_;
    if (own == current) return;
    if (own) throw sio::Error(errc::unsupported, "redis::Subscriber: used on another loop than its own");
    loop_ = current;
    runner_ = spawn([self = shared_from_this()] { self->run(); });
}

// Ends when nothing is subscribed to and the connection is lost; begin() starts it again.
void Subscription::run() {
    struct End {
        Subscription& subscription;
        ~End() { subscription.loop_ = nullptr; }
    } const end{*this};
    try {
        do {
            connect_and_serve();
        } while (wanted());
    } catch (...) {  // killed, by close() or because the loop ends
        fail(waiting_, closed());
        fail(sent_, closed());
        throw;
    }
}

void Subscription::connect_and_serve() {
    std::shared_ptr<Wire> wire;
    try {
        backoff_.wait();
        wire = Wire::connect(options_);
    } catch (const std::exception& error) {
        backoff_.failed();
        log(LogLevel::warning, "redis", "subscriber: " + util::printable(error.what()));
        fail(waiting_, std::current_exception());
        return;
    }
    struct Connected {
        Subscription& subscription;
        AnyGreenlet writer;
        ~Connected() {
            subscription.wire_->close();
            subscription.wire_ = nullptr;
            writer.kill(false);
        }
    };
    quiet_ = false;
    subscribe_again();
    const auto writer = spawn([self = shared_from_this(), wire] { self->write_all(wire); });
    wire_ = wire;
    const Connected connected{*this, writer};
    receive_all(*wire);
}

// What was subscribed to comes first; confirmed, it is followed by the notice.
void Subscription::subscribe_again() {
    Changes again;
    for (Topic& each : topics_) {
        if (each.names.empty()) continue;
        auto change = std::make_shared<Change>();
        change->topic = &each;
        change->subscribe = true;
        change->names.assign(each.names.begin(), each.names.end());
        change->again = true;
        again.push_back(std::move(change));
    }
    lost_ = !again.empty();
    waiting_.insert(waiting_.begin(), again.begin(), again.end());
}

// Returns when the connection is lost, and has failed the changes that were on it. Those that were not sent wait for the
// next one.
void Subscription::receive_all(Wire& wire) {
    useful_ = false;
    std::string why;
    try {
        for (;;) receive(wire.read());
    } catch (const std::exception& error) {
        why = util::printable(error.what());
    }
    log(LogLevel::warning, "redis", "subscriber: " + why);
    if (!useful_) backoff_.failed();
    std::erase_if(waiting_, [](const auto& change) { return change->again; });
    fail(sent_, std::make_exception_ptr(sio::Error(
                    errc::connection_closed,
                    "Redis at " + options_.address() + ": the connection was lost before the answer (" + why + ')')));
}

void Subscription::receive(Value value) {
    quiet_ = false;
    if (value.is_error()) return receive_error(value);
    // RESP2 answers a PING with an array like those of messages, RESP3 with a status.
    if (!value.is_aggregate()) return;
    auto items = std::move(value).items();
    if (items.empty()) return;
    const std::string word = items.front().as<std::string>();
    for (Topic& each : topics_) {
        const bool pattern = each.kind == Message::Kind::pattern_message;
        if (word == each.message && items.size() == (pattern ? 4 : 3)) {
            Message message{.kind = each.kind};
            if (pattern) message.pattern = std::move(items[1]).text();
            message.channel = std::move(items[items.size() - 2]).text();
            message.data = std::move(items.back()).text();
            return inbox_.put(std::move(message));
        }
        if ((word == each.subscribe || word == each.unsubscribe) && items.size() == 3) {
            return receive_confirmation(each, word == each.subscribe, items[1].as<std::string>());
        }
    }
}

void Subscription::receive_error(const Value& value) {
    if (sent_.empty()) value.throw_if_error();
    const auto change = sent_.front();
    const auto error = std::make_exception_ptr(redis::Error(std::string(value.text())));
    if (change->again) {  // the connection is of no use, nor probably will be the next
        fail(waiting_, error);
        fail(sent_, error);
        std::rethrow_exception(error);
    }
    sent_.pop_front();
    change->failure = error;
    change->done.set();
}

void Subscription::receive_confirmation(Topic& topic, bool subscribe, const std::string& name) {
    if (sent_.empty() || sent_.front()->topic != &topic || sent_.front()->subscribe != subscribe) {
        // The slot of a shard channel has moved to another server, say.
        throw sio::Error(errc::connection_closed, "the server ended the subscription to " + name);
    }
    useful_ = true;
    backoff_.succeeded();
    if (subscribe) {
        topic.names.insert(name);
    } else {
        topic.names.erase(name);
    }
    const auto change = sent_.front();
    if (++change->confirmed < change->names.size()) return;
    sent_.pop_front();
    change->done.set();
    // All that is subscribed to again was sent at once, and before anything else.
    if (!lost_ || (!sent_.empty() && sent_.front()->again)) return;
    lost_ = false;
    inbox_.put({.kind = Message::Kind::reconnected});
}

void Subscription::write_all(const std::shared_ptr<Wire>& wire) {
    try {
        // One that was woken before it was killed must not take what is the next connection's.
        while (wire_ == wire) {
            more_.clear();
            if (write_waiting(*wire) || more_.wait(subscriber_options_.check_every)) continue;
            if (std::exchange(quiet_, true)) break;
            std::string ping;
            Command("PING").encode_to(ping);
            wire->write(ping);
        }
    } catch (const std::exception&) {
        // The reader notices as well.
    }
    wire->close();
}

bool Subscription::write_waiting(Wire& wire) {
    std::string bytes;
    while (!waiting_.empty()) {
        const auto change = std::move(waiting_.front());
        waiting_.pop_front();
        const Topic& topic = *change->topic;
        Command(change->subscribe ? topic.subscribe : topic.unsubscribe, change->names).encode_to(bytes);
        sent_.push_back(change);
    }
    if (bytes.empty()) return false;
    wire.write(bytes);
    return true;
}

void Subscription::fail(Changes& changes, const std::exception_ptr& failure) noexcept {
    for (const auto& change : std::exchange(changes, {})) {
        change->failure = failure;
        change->done.set();
    }
}

}  // namespace sio::redis
