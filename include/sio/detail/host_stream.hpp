#pragma once

#include <functional>
#include <string>

namespace sio::detail {

/// A connection that belongs to another HTTP server, while sio uses it. What the bridges to particular libraries
/// (sio/beast.hpp) implement; applications do not.
///
/// Threads: sio calls from its own thread; the implementation does its work, and calls back, wherever the stream lives.
/// At most one read (or watch) and one write are under way at a time.
class HostStream {
public:
    virtual ~HostStream() = default;

    /// Writes all of `bytes`.
    virtual void write(std::string bytes, std::function<void(bool ok)> done) = 0;
    /// Reads what is there, at least one byte; empty: the stream has ended. The first read gives what the host had read
    /// beyond the request, if anything.
    virtual void read(std::function<void(std::string bytes)> done) = 0;
    /// Calls `gone` if the peer closes its side before unwatch() or a write; `failed`: the connection has failed, and nothing
    /// that is written reaches the peer.
    virtual void watch(std::function<void(bool failed)> gone) = 0;
    virtual void unwatch() = 0;
    /// Ends the stream: nothing more comes of what is under way but its callbacks.
    virtual void close() = 0;
    /// Whether the socket can be had: nothing of the host's lies between it and the bytes.
    virtual bool releasable() const noexcept = 0;
    /// Gives the socket to sio, with what the host had read beyond the request: the stream has ended for the host. -1: it could
    /// not be had, and the connection is over. The last call, in the place of finish().
    virtual void release(std::function<void(int fd, std::string read_already)> taken) = 0;
    /// sio is done with the stream: `keep_alive` says whether the host may read its next request. The last call.
    virtual void finish(bool keep_alive) = 0;
};

}  // namespace sio::detail
