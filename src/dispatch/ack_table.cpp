#include "dispatch/ack_table.hpp"

#include <utility>

#include <sio/error.hpp>

#include "util/saturate_cast.hpp"

namespace sio::dispatch {

std::uint64_t AckTable::add(Waiting waiting, std::optional<std::chrono::milliseconds> timeout) {
    if (entries_.size() >= limit_) {
        counters_.reached(session::Limit::max_pending_acks);
        throw Error(errc::limit_exceeded, "sio: this client owes too many acknowledgements (max_pending_acks)");
    }
    const std::uint64_t id = next_id_++;
    auto entry = std::make_unique<Entry>(*this, id, std::move(waiting));
    if (timeout) entry->timer.arm(timers_, util::saturated(*timeout));
    entries_.emplace(id, std::move(entry));
    return id;
}

std::optional<AckTable::Waiting> AckTable::take(std::uint64_t id) {
    const auto found = entries_.find(id);
    if (found == entries_.end()) return std::nullopt;
    Waiting waiting = std::move(found->second->waiting);
    entries_.erase(found);
    return waiting;
}

std::optional<AckTable::Waiting> AckTable::take_any() {
    if (entries_.empty()) return std::nullopt;
    return take(entries_.begin()->first);
}

void AckTable::Entry::expire(void* self) noexcept {
    Entry& entry = *static_cast<Entry*>(self);
    AckTable& table = entry.table;
    auto waiting = table.take(entry.id);
    if (waiting && waiting->handler) table.owner_.on_ack_timeout(std::move(waiting->handler));
}

}  // namespace sio::dispatch
