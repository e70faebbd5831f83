#include "session/session_quota.hpp"

#include "util/network_key.hpp"

namespace sio::session {

struct SlotPlace {
    SlotPlace(std::shared_ptr<SessionQuota> of, std::uint64_t from) noexcept : quota(std::move(of)), network(from) {}
    SlotPlace(const SlotPlace&) = delete;
    SlotPlace& operator=(const SlotPlace&) = delete;
    ~SlotPlace() {
        if (!client) return;
        client->idle.fetch_sub(counted, std::memory_order_relaxed);
        quota->give_back(network);
    }

    void recount() noexcept {
        const std::size_t now = works + (over ? running : static_cast<std::size_t>(!carried));
        // Wraps where it falls, and comes out right.
        client->idle.fetch_add(now - counted, std::memory_order_relaxed);
        counted = now;
    }

    const std::shared_ptr<SessionQuota> quota;
    const std::uint64_t network;
    SessionQuota::Client* client = nullptr;  // stays where it is as long as it has slots
    std::size_t counted = 0;
    std::size_t works = 0;
    std::size_t running = 0;
    bool carried = false;
    bool over = false;
};

void SessionSlot::set_carried(bool carried) noexcept {
    if (!place_ || place_->carried == carried) return;
    place_->carried = carried;
    place_->recount();
}

void SessionSlot::end() noexcept {
    if (!place_) return;
    place_->over = true;
    place_->recount();
    place_ = nullptr;
}

void SessionSlot::set_works(std::size_t works) noexcept {
    if (!place_) return;
    place_->works = works;
    place_->recount();
}

SessionSlot::Running::Running(const SessionSlot& slot) noexcept : place_(slot.place_) {
    if (!place_) return;
    ++place_->running;
    place_->recount();
}

SessionSlot::Running::~Running() {
    if (!place_) return;
    --place_->running;
    place_->recount();
}

SessionSlot SessionQuota::take(const EngineOptions& options, std::string_view address, Counters& counters) {
    if (taken_.fetch_add(1) >= options.max_sessions && options.max_sessions != 0) {
        --taken_;
        counters.reached(Limit::max_sessions);
        return {};
    }
    try {
        if (auto slot = take_for(util::network_key(address), options.max_idle_sessions_per_address)) return slot;
    } catch (...) {
        --taken_;
        throw;
    }
    --taken_;
    counters.reached(Limit::max_idle_sessions_per_address);
    return {};
}

SessionSlot SessionQuota::take_for(std::uint64_t network, std::size_t limit) {
    auto& part = part_of(network);
    const std::lock_guard lock(part.mutex);
    const auto known = part.clients.find(network);
    const bool full = known != part.clients.end() && known->second.idle.load(std::memory_order_relaxed) >= limit;
    if (full && limit != 0) return {};
    auto place = std::make_shared<SlotPlace>(shared_from_this(), network);
    Client& client = known != part.clients.end() ? known->second : part.clients[network];
    ++client.slots;
    place->client = &client;
    place->recount();
    return SessionSlot(std::move(place));
}

void SessionQuota::give_back(std::uint64_t network) noexcept {
    --taken_;
    auto& part = part_of(network);
    const std::lock_guard lock(part.mutex);
    const auto found = part.clients.find(network);
    if (found != part.clients.end() && --found->second.slots == 0) part.clients.erase(found);
}

}  // namespace sio::session
