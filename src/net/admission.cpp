#include "net/admission.hpp"

#include <sys/resource.h>

#include <limits>

namespace sio::net {

namespace {

/// Descriptors that are not client connections: listeners, files that are being sent, databases, logs.
constexpr std::size_t reserved_descriptors = 64;

std::size_t connections_that_descriptors_allow() noexcept {
    ::rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) {
        return std::numeric_limits<std::size_t>::max();
    }
    return limit.rlim_cur > 2 * reserved_descriptors ? limit.rlim_cur - reserved_descriptors : limit.rlim_cur / 2;
}

}  // namespace

Admission::Admission(const HttpLimits& limits)
    : max_connections_(limits.max_connections != 0 ? limits.max_connections : connections_that_descriptors_allow()),
      max_per_address_(limits.max_connections_per_address) {}

bool Admission::counted_by_address(const SocketAddress& peer) const noexcept {
    return max_per_address_ != 0 && peer.family() != SocketAddress::Family::none && !peer.is_loopback();
}

Admission::Part& Admission::part_of(std::uint64_t network) noexcept {
    return parts_[(network * 0x9e37'79b9'7f4a'7c15u) >> 60];
}

bool Admission::admit(const SocketAddress& peer) {
    if (connections_.fetch_add(1, std::memory_order_relaxed) >= max_connections_) {
        connections_.fetch_sub(1, std::memory_order_relaxed);
        return false;
    }
    if (!counted_by_address(peer)) return true;
    const auto network = peer.network();
    auto& part = part_of(network);
    const std::lock_guard lock(part.mutex);
    auto& count = part.counts[network];
    if (count >= max_per_address_) {
        connections_.fetch_sub(1, std::memory_order_relaxed);
        return false;
    }
    ++count;
    return true;
}

void Admission::release(const SocketAddress& peer) noexcept {
    connections_.fetch_sub(1, std::memory_order_relaxed);
    if (!counted_by_address(peer)) return;
    const auto network = peer.network();
    auto& part = part_of(network);
    const std::lock_guard lock(part.mutex);
    const auto found = part.counts.find(network);
    if (found != part.counts.end() && --found->second == 0) part.counts.erase(found);
}

}  // namespace sio::net
