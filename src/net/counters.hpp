#pragma once

#include <array>
#include <cstddef>

#include "util/counter.hpp"

namespace sio::net {

using util::Counter;

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
    std::array<Counter, 5> answers;  ///< by class of their status: 1xx, 2xx, ...

    void count_answer(int status) noexcept { answers[static_cast<std::size_t>(status / 100 - 1)].add(); }
};

}  // namespace sio::net
