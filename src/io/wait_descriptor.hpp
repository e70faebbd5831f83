#pragma once

#include <cstdint>

#include <sio/wait_descriptor.hpp>

namespace sio::io {

/// As wait_readable(), for any of `events` (epoll's: EPOLLIN, EPOLLOUT, ...).
bool wait_descriptor(int descriptor, std::uint32_t events, Duration limit = forever);

}  // namespace sio::io
