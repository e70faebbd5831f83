#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include <sio/redis/options.hpp>

namespace sio::redis {

/// Bytes to and from a server, over TCP, TLS or a Unix socket. One greenlet may read while another writes.
/// Errors: Error(errc::connection_closed) when the server has closed it or this side close(), std::system_error, and what
/// blocking calls throw.
class Stream {
public:
    /// Blocks until connected. Does not heed Options::connect_timeout.
    static std::unique_ptr<Stream> connect(const Options& options);

    Stream() = default;
    virtual ~Stream() = default;
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    /// Blocks until there is something: how many bytes of it.
    virtual std::size_t read_some(char* data, std::size_t bytes) = 0;
    /// Blocks until the system has taken all of it.
    virtual void write(std::string_view data) = 0;
    /// Calls that wait throw. May be called again.
    virtual void close() noexcept = 0;
};

}  // namespace sio::redis
