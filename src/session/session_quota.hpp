#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <sio/engine_options.hpp>

#include "session/counters.hpp"
#include "util/secret_hash.hpp"

namespace sio::session {

class SessionQuota;
struct SlotPlace;

/// One of the sessions that an endpoint may have at once, shared by all that is done for it: it is given back when its last
/// holder lets go.
///
/// Who carries a session pays for it with a connection, which has limits of its own. What costs its client nothing is
/// counted for its address: a session that no connection carries, and what still runs for one that has ended.
/// Threads: the session's shard; the last holder may let go on any.
class SessionSlot {
public:
    SessionSlot() = default;
    SessionSlot(const SessionSlot&) = default;
    SessionSlot(SessionSlot&&) noexcept = default;
    SessionSlot& operator=(const SessionSlot&) = default;
    SessionSlot& operator=(SessionSlot&&) noexcept = default;

    explicit operator bool() const noexcept { return place_ != nullptr; }
    /// Whether a connection carries the session now: a WebSocket, or a poll that waits. Not so at first.
    void set_carried(bool carried) noexcept;
    /// The session has ended, and its holder lets go.
    void end() noexcept;
    /// How many handlers and jobs go on after the session's end.
    void set_works(std::size_t works) noexcept;

    /// The app that began the session still runs: counted when the session has ended before.
    class Running {
    public:
        explicit Running(const SessionSlot& slot) noexcept;
        ~Running();
        Running(const Running&) = delete;
        Running& operator=(const Running&) = delete;

    private:
        std::shared_ptr<SlotPlace> place_;
    };

private:
    friend class SessionQuota;
    explicit SessionSlot(std::shared_ptr<SlotPlace> place) noexcept : place_(std::move(place)) {}

    std::shared_ptr<SlotPlace> place_;
};

/// How many sessions an endpoint has on all shards, and what each address has of it that no connection pays for. Threads: any.
class SessionQuota : public std::enable_shared_from_this<SessionQuota> {
public:
    /// A slot for a handshake from `address` (numeric; empty: unknown), or an empty one when a limit of the options says no:
    /// that is then counted.
    SessionSlot take(const EngineOptions& options, std::string_view address, Counters& counters);

    /// Sessions that are open or being opened, and ended ones for which something still runs.
    std::size_t size() const noexcept { return taken_.load(std::memory_order_relaxed); }

private:
    friend struct SlotPlace;

    struct Client {
        std::size_t slots = 0;
        std::atomic<std::size_t> idle{0};
    };
    struct Part {
        std::mutex mutex;
        std::unordered_map<std::uint64_t, Client, util::SecretHash> clients;  // by network
    };

    Part& part_of(std::uint64_t network) noexcept { return parts_[(network * 0x9e37'79b9'7f4a'7c15u) >> 60]; }
    SessionSlot take_for(std::uint64_t network, std::size_t limit);
    void give_back(std::uint64_t network) noexcept;

    std::atomic<std::size_t> taken_{0};
    std::array<Part, 16> parts_;
};

}  // namespace sio::session
