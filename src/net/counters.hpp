#pragma once

#include <atomic>
#include <cstdint>

namespace sio::net {

/// A figure that one shard counts and any thread may read.
class Counter {
public:
    void add(std::uint64_t amount = 1) noexcept {
        // One writer: no read-modify-write instruction is needed.
        value_.store(value_.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
    }
    void subtract(std::uint64_t amount = 1) noexcept { add(~amount + 1); }
    std::uint64_t get() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

/// What has happened on the connections of one shard.
struct Counters {
    Counter accepted;         ///< connections taken
    Counter active;           ///< connections open now
    Counter refused;          ///< connections turned away by a limit or for want of file descriptors
    Counter requests;         ///< requests handed to the handler
    Counter protocol_errors;  ///< requests answered 4xx or 5xx by this layer: malformed or above a limit
    Counter timeouts;         ///< connections ended by a time limit, idle ones excepted
    Counter tls_errors;       ///< failed handshakes and records
    Counter bytes_in;         ///< as read from the sockets, TLS included
    Counter bytes_out;
};

}  // namespace sio::net
