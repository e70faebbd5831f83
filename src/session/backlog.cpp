#include "session/backlog.hpp"

namespace sio::session {

Backlog::Way Backlog::way_of_late_packet(Transport* transport, const QueueRules& rules, Counters& counters) {
    const bool direct = transport && transport->direct();
    if (direct && outbox_.empty()) {
        // So much may have been said in one turn, at whose end it would be sent.
        transport->flush();
        if (transport->queued_bytes() <= rules.direct_bytes) return Way::transport;
    }
    if (rules.policy == SlowClients::drop_oldest) {
        // What the transport has can be dropped no more: it does not count here, one large packet may be in it.
        const std::size_t limit = rules.max_bytes - (direct ? rules.direct_bytes : 0);
        if (outbox_.bytes() <= limit) return Way::outbox;
        if (transport && !direct) transport->flush();
        if (outbox_.bytes() > limit) {
            const std::size_t dropped = outbox_.drop_oldest(limit - limit / 8);
            drops_.oldest_packets += static_cast<std::uint32_t>(dropped);
            counters.oldest_drops.add(dropped);
        }
        return outbox_.bytes() <= limit ? Way::outbox : Way::nowhere;
    }
    if (bytes(transport) <= rules.max_bytes) return Way::outbox;
    if (transport && !direct) transport->flush();
    return bytes(transport) <= rules.max_bytes ? Way::outbox : Way::nowhere;
}

void Backlog::refill(Transport& transport, const QueueRules& rules) {
    while (!outbox_.empty()) {
        const std::size_t queued = transport.queued_bytes();
        if (queued > rules.direct_bytes) {
            transport.flush();
            // It tells when the rest has left.
            if (transport.queued_bytes() > rules.direct_bytes) return;
            continue;
        }
        std::size_t count = 0;
        std::size_t size = queued;
        for (const auto& entry : outbox_.entries()) {
            ++count;
            size += entry.data.size();
            if (size > rules.direct_bytes) break;
        }
        for (const auto& entry : outbox_.take(count)) transport.send(entry.binary, entry.data);
    }
}

void Backlog::empty_into(Transport& transport) {
    for (const auto& entry : outbox_.take()) transport.send(entry.binary, entry.data);
}

}  // namespace sio::session
