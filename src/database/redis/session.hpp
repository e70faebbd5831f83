#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include <sio/any_greenlet.hpp>
#include <sio/event.hpp>
#include <sio/redis/options.hpp>
#include <sio/redis/value.hpp>

#include "database/redis/backoff.hpp"

namespace sio::greenlet {
class Loop;
}

namespace sio::redis {

class Wire;

/// The answers to a call, and on which connection they came (the first is 1).
struct Outcome {
    std::vector<Value> replies;
    std::uint64_t connection = 0;
};

/// A Client's connection, and the greenlets that keep it: one connects and reads, another writes. So the greenlets that
/// wait for answers never touch the socket, and can be killed at any moment.
class Session : public std::enable_shared_from_this<Session> {
public:
    explicit Session(Options options) : options_(std::move(options)), backoff_(options_) {}

    /// Sends `bytes`, which are so many commands, and blocks until each is answered. `connection`: fail unless it is this one
    /// that they would be sent on; 0: any. Throws Timeout after Options::timeout, and then gives up a connection on which
    /// nothing has come in all that time.
    Outcome call(std::string bytes, std::size_t commands, std::uint64_t connection = 0);
    void close() noexcept;

    bool is_closed() const noexcept { return closed_; }
    /// The number of the connection (see Outcome); 0: there is none.
    std::uint64_t connection() const noexcept { return wire_ ? connection_ : 0; }
    bool is_connected() const noexcept { return wire_ != nullptr; }
    bool is_idle() const noexcept { return waiting_.empty() && sent_.empty(); }

private:
    /// What one call() waits for.
    struct Request {
        std::string bytes;
        std::size_t answers;     // still to come
        std::uint64_t required;  // call()'s `connection`
        bool abandoned = false;  // nobody waits any more
        Outcome outcome;
        std::exception_ptr failure;
        Event done;
    };
    using Requests = std::deque<std::shared_ptr<Request>>;

    void begin();
    void run();
    void connect_and_serve();
    void receive_all(Wire& wire);
    void receive(Value value);
    void write_all(const std::shared_ptr<Wire>& wire);
    std::string next_bytes();
    static void fail(Requests& requests, const std::exception_ptr& failure) noexcept;
    std::exception_ptr lost(const std::exception& why) const;

    const Options options_;
    Backoff backoff_;
    std::atomic<greenlet::Loop*> loop_{nullptr};  // while run() is on
    AnyGreenlet runner_;
    std::shared_ptr<Wire> wire_;    // while connected
    std::uint64_t connection_ = 0;  // how many there have been
    bool closed_ = false;
    Requests waiting_;  // to be sent
    Requests sent_;     // and not answered
    Event more_;        // waiting_ has grown
};

}  // namespace sio::redis
