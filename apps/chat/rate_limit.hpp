#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace chat {

/// A token bucket: `burst` at once, then one every `interval`.
class TokenBucket {
public:
    using Clock = std::chrono::steady_clock;

    TokenBucket(std::size_t burst, std::chrono::milliseconds interval) noexcept;

    /// Zero when one may go now (it has then been counted), otherwise how long to wait.
    std::chrono::milliseconds take(Clock::time_point now = Clock::now()) noexcept;
    /// Undoes one that went.
    void give_back() noexcept { full_at_ -= interval_; }

private:
    std::chrono::milliseconds interval_;
    std::chrono::milliseconds depth_;
    /// When the bucket will be full again: behind `now` by what is missing.
    Clock::time_point full_at_{};
};

/// Whom a limit for each address is about: an IPv6 address's network of 64 bits, in which whoever has one has them all; an IPv4
/// address, also one that is written as IPv6, by itself. What is no address stands for itself.
std::string client_network(std::string_view address);

/// A token bucket for each key (client_network() of an address). Knows the `max_keys` that were seen last, so that it stays small whoever
/// comes. Threads: any.
class RateLimiter {
public:
    RateLimiter(std::size_t burst, std::chrono::milliseconds interval, std::size_t max_keys = 10'000);

    std::chrono::milliseconds take(std::string_view key,
                                   TokenBucket::Clock::time_point now = TokenBucket::Clock::now());
    /// Undoes one of that key's that went.
    void give_back(std::string_view key);

private:
    struct Entry {
        std::string key;
        TokenBucket bucket;
    };

    std::mutex mutex_;
    std::size_t burst_;
    std::chrono::milliseconds interval_;
    std::size_t max_keys_;
    std::list<Entry> entries_;  // the one seen last in front
    std::unordered_map<std::string_view, std::list<Entry>::iterator> by_key_;
};

}  // namespace chat
