#include "rate_limit.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace chat {

TokenBucket::TokenBucket(std::size_t burst, std::chrono::milliseconds interval) noexcept
    : interval_(interval), depth_(interval * static_cast<long>(burst)) {}

std::chrono::milliseconds TokenBucket::take(Clock::time_point now) noexcept {
    const auto full_at = std::max(full_at_, now) + interval_;
    if (full_at - now > depth_) {
        return std::chrono::ceil<std::chrono::milliseconds>(full_at - now - depth_);
    }
    full_at_ = full_at;
    return std::chrono::milliseconds::zero();
}

std::string client_network(std::string_view address) {
    constexpr std::size_t network_bytes = 8;
    const std::string text(address.substr(0, address.find('%')));  // without the zone of a link-local one
    in6_addr bytes{};
    if (inet_pton(AF_INET6, text.c_str(), &bytes) != 1) return std::string(address);
    char shown[INET6_ADDRSTRLEN];
    if (IN6_IS_ADDR_V4MAPPED(&bytes)) {
        inet_ntop(AF_INET, bytes.s6_addr + 12, shown, sizeof shown);
        return shown;
    }
    std::fill(std::begin(bytes.s6_addr) + network_bytes, std::end(bytes.s6_addr), std::uint8_t{0});
    inet_ntop(AF_INET6, &bytes, shown, sizeof shown);
    return shown + std::string("/64");
}

RateLimiter::RateLimiter(std::size_t burst, std::chrono::milliseconds interval, std::size_t max_keys)
    : burst_(burst), interval_(interval), max_keys_(max_keys) {}

std::chrono::milliseconds RateLimiter::take(std::string_view key, TokenBucket::Clock::time_point now) {
    const std::scoped_lock lock(mutex_);
    if (const auto found = by_key_.find(key); found != by_key_.end()) {
        entries_.splice(entries_.begin(), entries_, found->second);
    } else {
        if (entries_.size() == max_keys_) {
            by_key_.erase(entries_.back().key);
            entries_.pop_back();
        }
        entries_.push_front({std::string(key), TokenBucket(burst_, interval_)});
        by_key_.emplace(entries_.front().key, entries_.begin());
    }
    return entries_.front().bucket.take(now);
}

void RateLimiter::give_back(std::string_view key) {
    const std::scoped_lock lock(mutex_);
    if (const auto found = by_key_.find(key); found != by_key_.end()) found->second->bucket.give_back();
}

}  // namespace chat
