#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sio/any_greenlet.hpp>
#include <sio/detail/next_range.hpp>
#include <sio/redis/message.hpp>
#include <sio/redis/options.hpp>

namespace sio::redis {

struct SubscriberOptions {
    /// What may wait to be received, in bytes of channels and data and 64 for each message. Beyond, the oldest messages are
    /// dropped, and the next to be received is a notice (Message::Kind::overflow). Default: 16 MiB.
    std::size_t max_buffered_bytes = std::size_t{16} << 20;
    /// When nothing has arrived for so long, the server is asked whether it is there; when nothing arrives for as long
    /// again, the connection is given up. Default: 30 s. `forever`: never.
    Duration check_every = std::chrono::seconds(30);
};

class Subscription;

/// Messages that others publish, on a connection of its own, which is opened again whenever it is lost: then everything
/// is subscribed to again, and a notice says that messages may be missing.
///
///     sio::redis::Subscriber subscriber("redis://127.0.0.1");
///     subscriber.subscribe({"news"});
///     for (const sio::redis::Message& message : subscriber) {
///         if (message.is_gap()) look_for_everything(); else work_on(message.data);
///     }
///
/// The subscribing calls block until the server has confirmed. While there is no connection they wait for one attempt,
/// and fail with it: then nothing has changed. One that is interrupted may have its effect later. What is subscribed to is tried
/// again and again, with pauses (Options::backoff_min) and a warning in the log for each failure.
///
/// Threads: as Client. Any number of greenlets may receive: each message goes to one of them. It must not end while a greenlet
/// is in one of its calls. Errors: of the subscribing calls, those of Client::command(); what blocking calls throw.
class Subscriber : public sio::detail::NextRange<Subscriber, Message> {
public:
    using Names = std::vector<std::string>;

    /// Does not connect yet.
    explicit Subscriber(Options options, const SubscriberOptions& subscriber_options = {});
    ~Subscriber();
    Subscriber(const Subscriber&) = delete;
    Subscriber& operator=(const Subscriber&) = delete;

    void subscribe(const Names& channels);
    /// Patterns such as `news.*`: https://redis.io/docs/latest/commands/psubscribe/
    void psubscribe(const Names& patterns);
    /// Shard channels, since Redis 7. In a cluster: of the slots that this server has.
    void ssubscribe(const Names& channels);
    void unsubscribe(const Names& channels);
    void punsubscribe(const Names& patterns);
    void sunsubscribe(const Names& channels);

    /// Blocks until there is a message or a notice; nothing when `limit` passed first, and once closed and emptied.
    std::optional<Message> next(Duration limit = forever);
    /// Calls `callback` for each, in a greenlet of its own, until that is killed or this is closed. The greenlet ends with what
    /// the callback throws.
    AnyGreenlet deliver_to(std::function<void(const Message&)> callback);

    /// Ends the connection; next() gives what has been received already, then nothing. May be called again.
    void close() noexcept;
    bool is_connected() const noexcept;

private:
    std::shared_ptr<Subscription> subscription_;
};

}  // namespace sio::redis
