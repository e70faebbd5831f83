#pragma once

#include <chrono>
#include <cstddef>

namespace sio {

/// What one HTTP client can make the server hold, and how long it can make the server wait.
///
/// Every limit is on by default. The reaction to each is an HTTP status followed by an orderly close, or the close
/// alone where nothing can be answered any more, and one of the server's counters. The largest number of its type turns a
/// limit off.
struct HttpLimits {
    /// Request line and header fields together. Above: 431, or 414 when the request line alone is that long.
    /// Range: 64 bytes to 1 MB.
    std::size_t max_head_bytes = 8 * 1024;
    /// Header fields of a request. Above: 431.
    std::size_t max_header_fields = 100;
    /// One line of a chunked body (the size and its extensions). Above: 400.
    std::size_t max_chunk_line_bytes = 256;
    /// A request body, where no other limit was set for the target. Above: 413, at once when the length was declared.
    std::size_t max_body_bytes = 1'000'000;

    /// From the connection, or the end of its TLS handshake, to the first byte of its first request. After that: closed.
    std::chrono::milliseconds first_byte_timeout{10'000};
    /// From the first byte of a request to the end of its head. After that: 408. Also what a TLS handshake may take.
    std::chrono::milliseconds head_timeout{10'000};
    /// Between an answer and the next request. After that: closed.
    std::chrono::milliseconds idle_timeout{60'000};
    /// A request body must advance by `min_rate` bytes a second in each period of this length. Otherwise: 408.
    std::chrono::milliseconds body_period{10'000};
    /// A client must take that many bytes of an answer in each period of this length, as long as some wait for it.
    /// Otherwise the connection is cut.
    std::chrono::milliseconds send_period{30'000};
    /// Bytes a second, for the two periods above. 0 turns both off.
    std::size_t min_rate = 240;
    /// How long the last bytes may take to reach a client after the server has decided to close the connection.
    std::chrono::milliseconds close_timeout{5'000};
    /// How long a request may wait for its answer when its client has closed its sending side. It may still read; one that
    /// has gone altogether looks the same. After that it is taken for gone.
    std::chrono::milliseconds half_close_timeout{3'000};

    /// Bytes that are read ahead of the request that is being answered (pipelining); then reading pauses. At least as
    /// much as max_head_bytes is always read.
    std::size_t max_read_ahead_bytes = 16 * 1024;
    /// Bytes that a client may go on sending on a connection that the server is closing: the rest of a body that was
    /// refused, say. They are read and dropped, so that the answer reaches it. Above: cut off.
    std::size_t max_discarded_bytes = 8'000'000;
    /// Bytes of answers queued for a client above which its next request is not looked at and a streamed body waits.
    std::size_t high_water_bytes = 64 * 1024;

    /// Open connections of the whole server, and closed ones for which a handler still runs. Above: 503 where possible, and closed. 0: what the process's limit on open
    /// files allows, less a reserve of 64.
    std::size_t max_connections = 0;
    /// Connections of one address (of one /64 network for IPv6). Loopback addresses and Unix sockets are not counted:
    /// that is where a reverse proxy connects from. 0: no limit.
    std::size_t max_connections_per_address = 4096;
};

}  // namespace sio
