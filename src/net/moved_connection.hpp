#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <sio/http_request.hpp>

#include "net/file_descriptor.hpp"
#include "net/socket_address.hpp"
#include "net/tls_stream.hpp"

namespace sio::net {

/// A socket that has left one shard, with what must not be lost on its way to another.
struct MovedSocket {
    FileDescriptor socket;
    SocketAddress peer;
    std::unique_ptr<TlsStream> tls;
    /// Input that nobody has consumed.
    std::string unread;
    /// Output that the kernel has not taken; `cipher` is what TLS had encrypted already, and goes first.
    std::string unsent;
    std::string cipher;
    /// Counted against the limits on connections.
    bool admitted = false;
};

/// An HTTP connection with a request that waits for its answer.
struct MovedConnection {
    MovedSocket socket;
    HttpRequest request;
    std::uint8_t version = 11;
    bool keep_alive = true;
    bool head_request = false;
    bool can_upgrade = false;
};

}  // namespace sio::net
