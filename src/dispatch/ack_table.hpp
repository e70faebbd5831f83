#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <system_error>
#include <unordered_map>

#include <sio/args.hpp>
#include <sio/detail/emit.hpp>
#include <sio/event.hpp>

#include "session/counters.hpp"
#include "util/timer_wheel.hpp"

namespace sio::dispatch {
class Connection;
}

namespace sio::detail {

/// A call() that waits for its acknowledgement.
struct PendingCall {
    Event done;
    Args args;
    std::error_code error;
    std::optional<std::chrono::milliseconds> limit;
    std::weak_ptr<dispatch::Connection> connection;
    std::uint64_t id = 0;
};

}  // namespace sio::detail

namespace sio::dispatch {

/// The acknowledgements that one client owes.
class AckTable {
public:
    /// What is to be told of the answer: one of the two.
    struct Waiting {
        std::unique_ptr<detail::AckHandler> handler;
        std::shared_ptr<detail::PendingCall> call;
    };
    /// Told of a callback whose time is up; the table has forgotten it.
    class Owner {
    public:
        virtual void on_ack_timeout(std::unique_ptr<detail::AckHandler> handler) noexcept = 0;

    protected:
        ~Owner() = default;
    };

    AckTable(Owner& owner, util::TimerWheel& timers, std::size_t limit, session::Counters& counters) noexcept
        : owner_(owner), timers_(timers), limit_(limit), counters_(counters) {}

    /// Returns the id to send. Throws Error(errc::limit_exceeded). `timeout`: none, or for a handler only.
    std::uint64_t add(Waiting waiting, std::optional<std::chrono::milliseconds> timeout);
    /// Takes out whoever waits for `id`; nobody when the id is unknown, or has been answered.
    std::optional<Waiting> take(std::uint64_t id);
    /// Takes out anyone; nobody when there are none.
    std::optional<Waiting> take_any();
    std::size_t size() const noexcept { return entries_.size(); }

private:
    struct Entry {
        Entry(AckTable& owner, std::uint64_t number, Waiting who)
            : table(owner), id(number), waiting(std::move(who)), timer(&Entry::expire, this) {}
        static void expire(void* self) noexcept;

        AckTable& table;
        std::uint64_t id;
        Waiting waiting;
        util::Timer timer;
    };

    Owner& owner_;
    util::TimerWheel& timers_;
    std::size_t limit_;
    session::Counters& counters_;
    // From 1: to 0.9 clients an id of 0 is none.
    std::uint64_t next_id_ = 1;
    std::unordered_map<std::uint64_t, std::unique_ptr<Entry>> entries_;
};

}  // namespace sio::dispatch
