#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include <sio/engine_options.hpp>

#include "session/counters.hpp"
#include "session/outbox.hpp"
#include "session/transport.hpp"
#include "wire/packet.hpp"

namespace sio::session {

/// How much may wait for one client, and where; from an endpoint's options.
struct QueueRules {
    explicit QueueRules(const EngineOptions& options) noexcept
        : policy(options.slow_clients),
          max_bytes(std::max<std::size_t>(options.max_queued_bytes, 1)),
          direct_bytes(policy == SlowClients::drop_oldest ? std::min(max_bytes / 2, most_out_of_reach) : max_bytes) {}

    /// Above this, SlowClients::pause makes greenlets wait,
    std::size_t high_water() const noexcept { return max_bytes / 2; }
    /// until so little is left.
    std::size_t low_water() const noexcept { return max_bytes / 4; }

    SlowClients policy;
    std::size_t max_bytes;
    /// What a direct transport is given; the rest waits in the outbox, where packets are still packets.
    std::size_t direct_bytes;

private:
    static constexpr std::size_t most_out_of_reach = 64 * 1024;
};

/// Whether a packet may be dropped for a slow client: an event that nobody waits to be answered.
inline Loss loss_of(const wire::PacketView& packet) noexcept {
    const bool event = packet.type == wire::PacketType::event || packet.type == wire::PacketType::message ||
                       packet.type == wire::PacketType::json;
    return event && !packet.id ? Loss::allowed : Loss::never;
}

/// Packets that a client has not been sent.
struct Drops {
    std::uint32_t volatile_packets = 0;
    std::uint32_t oldest_packets = 0;
};

/// What one client has been sent and has not taken: says where its next packet goes.
///
///     packet -> outbox -> direct transport (net::OutQueue) -> kernel
///          \______________/
///          unless something waits there
class Backlog {
public:
    enum class Way : std::uint8_t {
        transport,  ///< to the transport, which is direct
        outbox,
        nowhere,  ///< the client is too slow, or the session is not open
    };

    /// Where the next packet goes. `transport` may be null; it may be flushed by this.
    Way next_way(Transport* transport, const QueueRules& rules, Counters& counters) {
        if (outbox_.empty() && transport && transport->direct() && transport->queued_bytes() <= rules.direct_bytes) {
            return Way::transport;
        }
        return way_of_late_packet(transport, rules, counters);
    }
    /// A direct transport has room: gives it what waits. In order, and as much as the rules allow.
    void refill(Transport& transport, const QueueRules& rules);
    /// The last chance: everything that waits.
    void empty_into(Transport& transport);

    std::size_t bytes(const Transport* transport) const noexcept {
        return outbox_.bytes() + (transport ? transport->queued_bytes() : 0);
    }
    Outbox& outbox() noexcept { return outbox_; }
    const Outbox& outbox() const noexcept { return outbox_; }
    void count_volatile(Counters& counters) noexcept {
        ++drops_.volatile_packets;
        counters.volatile_drops.add();
    }
    Drops drops() const noexcept { return drops_; }

private:
    Way way_of_late_packet(Transport* transport, const QueueRules& rules, Counters& counters);

    Outbox outbox_;
    Drops drops_;
};

}  // namespace sio::session
