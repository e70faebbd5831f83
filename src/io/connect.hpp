#pragma once

#include <memory>

#include <sio/address.hpp>

#include "io/stream_socket_impl.hpp"

namespace sio::io {

/// Connects to `address`; of a name, to the first of its addresses that answers (RFC 8305): IPv6 and IPv4 in turns, the next one
/// when the one before has failed or 250 ms have passed.
/// Throws std::system_error with the last one's error, and what blocking calls throw.
std::unique_ptr<StreamSocket::Impl> connect(const Address& address);

}  // namespace sio::io
