#pragma once

#include <memory>

#include <sio/address.hpp>

#include "io/stream_socket_impl.hpp"

namespace sio::io {

/// Connects to `address`; of a name, to its addresses one after the other until one answers.
/// Throws std::system_error with the last one's error, and what blocking calls throw.
std::unique_ptr<StreamSocket::Impl> connect(const Address& address);

}  // namespace sio::io
