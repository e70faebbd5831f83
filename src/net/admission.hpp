#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <unordered_map>

#include <sio/http_limits.hpp>

#include "net/socket_address.hpp"
#include "util/secret_hash.hpp"

namespace sio::net {

/// Counts the open connections of a whole server, whichever shards they are on, and says whether one more fits.
///
/// Threads: any.
class Admission {
public:
    explicit Admission(const HttpLimits& limits);

    /// Counts a connection of `peer`, or returns false when a limit says no. One release() for each that returned true.
    bool admit(const SocketAddress& peer);
    void release(const SocketAddress& peer) noexcept;

    std::size_t max_connections() const noexcept { return max_connections_; }

private:
    struct Part {
        std::mutex mutex;
        std::unordered_map<std::uint64_t, std::uint32_t, util::SecretHash> counts;  // by network
    };

    bool counted_by_address(const SocketAddress& peer) const noexcept;
    Part& part_of(std::uint64_t network) noexcept;

    std::size_t max_connections_;
    std::size_t max_per_address_;
    std::atomic<std::size_t> connections_{0};
    std::array<Part, 16> parts_;
};

}  // namespace sio::net
