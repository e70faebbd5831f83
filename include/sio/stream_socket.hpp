#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <sio/address.hpp>
#include <sio/detail/wait_queue.hpp>

namespace sio {

/// A connected TCP or Unix socket for greenlets. gevent: `gevent.socket.socket`.
///
/// Made by create_connection() and by StreamServer. Two greenlets may use it at once, one that receives and one that sends;
/// close() and shutdown() may be called meanwhile. It must not end while a greenlet is in one of its calls.
///
/// Threads: belongs to the loop on which it was made, and must end before that loop does.
/// Errors: std::system_error with what the system says (std::errc::connection_reset, broken_pipe, ...), Timeout when
/// set_timeout()'s limit passed, Error(errc::connection_closed) when it was closed on this side, and what blocking
/// calls throw.
class StreamSocket {
public:
    /// Closed.
    StreamSocket() noexcept;
    StreamSocket(StreamSocket&& other) noexcept;
    StreamSocket& operator=(StreamSocket&& other) noexcept;
    ~StreamSocket();

    /// Blocks until there is something: up to `bytes` of it. Empty when the peer has ended its side.
    std::string recv(std::size_t bytes = 65'536);
    /// Exactly so many bytes. Throws Error(errc::connection_closed) when the peer ended its side before.
    std::string recv_exactly(std::size_t bytes);
    /// The next line without its `\n` or `\r\n`; what is left without a newline at the end; then nothing. Throws
    /// Error(errc::limit_exceeded) beyond `max_bytes`. Python: `makefile().readline()`.
    std::optional<std::string> recv_line(std::size_t max_bytes = 65'536);

    /// Blocks until at least some of it has been taken by the system: how many bytes.
    std::size_t send(std::string_view data);
    /// Blocks until the system has taken all of it.
    void sendall(std::string_view data);

    /// For each call from now on. Default: `forever`.
    void set_timeout(Duration limit) noexcept;
    /// Ends this side: the peer receives the end. Receiving goes on.
    void shutdown();
    /// Ends both; calls that wait throw Error(errc::connection_closed). May be called again.
    void close() noexcept;
    bool is_open() const noexcept;

    /// Numeric; `{"unix:", 0}` for a Unix socket without a name.
    Address peer() const;
    Address local() const;
    /// The descriptor, which stays the socket's; -1 when closed.
    int native_handle() const noexcept;

    struct Impl;
    explicit StreamSocket(std::unique_ptr<Impl> impl) noexcept;

private:
    std::unique_ptr<Impl> impl_;
};

/// Connects to `address`; of a name, to its addresses one after the other until one answers. `limit`: for all of it.
/// Throws std::system_error, Timeout, and what blocking calls throw. gevent: `gevent.socket.create_connection`.
StreamSocket create_connection(const Address& address, Duration limit = forever);

}  // namespace sio
