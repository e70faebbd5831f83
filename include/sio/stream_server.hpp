#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include <sio/address.hpp>
#include <sio/pool.hpp>
#include <sio/stream_socket.hpp>

namespace sio {

/// Accepts connections and calls a function with each, in a greenlet of its own. gevent: `gevent.server.StreamServer`.
///
///     sio::StreamServer server({"127.0.0.1", 6000}, [](sio::StreamSocket& socket, const sio::Address&) {
///         while (auto line = socket.recv_line()) socket.sendall(*line + '\n');
///     });
///     server.serve_forever();
///
/// The connection closes when the function returns or throws; what it throws is logged. With a Pool, no more connections are
/// accepted than it has places; others wait in the system's queue.
///
/// Threads: belongs to the loop on which it is started, and must end before that loop does.
class StreamServer {
public:
    using Handle = std::function<void(StreamSocket& socket, const Address& peer)>;

    StreamServer(Address listener, Handle handle);
    /// `pool` must outlive the server.
    StreamServer(Address listener, Handle handle, Pool& pool);
    /// stop().
    ~StreamServer();
    StreamServer(const StreamServer&) = delete;
    StreamServer& operator=(const StreamServer&) = delete;

    /// Listens and accepts from now on. Throws Error(errc::cannot_start) with one line that says what is in the way, and
    /// Error(errc::not_in_greenlet).
    void start();
    /// start(), unless started, and blocks until stop(), or until the greenlet is killed.
    void serve_forever();
    /// Accepts no more; waits up to `limit` for connections to end, then kills their greenlets. Called by a handler, it leaves that
    /// one alone, which ends by returning.
    void stop(Duration limit = Duration::zero());

    /// As bound; 0 before start() and for a Unix socket.
    std::uint16_t port() const noexcept;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace sio
