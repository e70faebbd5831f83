#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <sio/address.hpp>
#include <sio/stream_socket.hpp>

#include "client/tls.hpp"

namespace sio::client {

/// Bytes to and from a server, over TCP or a Unix socket, and over TLS once secure() has been called. One greenlet may read
/// while another writes.
///
/// Errors: Error(errc::connection_closed) when the server went away or this side called close(), std::system_error, and
/// what blocking calls throw.
class Stream {
public:
    /// Blocks until connected. `name` is what errors call the server.
    Stream(const Address& address, std::string name);
    ~Stream();
    Stream(Stream&& other) noexcept;
    Stream& operator=(Stream&& other) noexcept;

    /// Blocks for the TLS handshake. The certificate has to be the one of `host`, unless `options` says otherwise.
    /// Throws std::system_error with the reason when it is not, or nobody trusted vouches for it.
    void secure(ssl_ctx_st* context, const std::string& host, const ClientTls& options);

    /// Blocks until there is something: how many bytes of it, 0 when the server has ended its side.
    std::size_t read_some(char* data, std::size_t bytes);
    /// Blocks until the system has taken all of it.
    void write(std::string_view data);
    /// Calls that wait throw. May be called again.
    void close() noexcept;

    /// Whether the connection is there and the server has sent nothing that was not read, its end included.
    bool is_silent() const noexcept;
    int native_handle() const noexcept;

private:
    // Repeats an operation of OpenSSL until it need not wait for the socket. False at the end of the server's side.
    template <class Operation>
    bool perform(const char* what, Operation operation);
    void require_open() const;

    std::string name_;
    std::unique_ptr<StreamSocket::Impl> socket_;
    TlsSession tls_;
};

}  // namespace sio::client
