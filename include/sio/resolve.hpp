#pragma once

#include <string>
#include <vector>

#include <sio/address.hpp>
#include <sio/detail/wait_queue.hpp>

namespace sio {

/// The numeric addresses of a host, as the system resolves it (getaddrinfo: files, DNS, ...), the preferred first. A numeric
/// address is its own and costs nothing.
///
/// The look-up runs on the loop's thread pool. A greenlet that is killed, or whose limit passes, does not wait for it.
/// Threads: a greenlet of any loop. Errors: std::system_error with a text such as `example.invalid: Name or service not
/// known`, Timeout, and what blocking calls throw. gevent: `gevent.socket.getaddrinfo`.
std::vector<Address> resolve(const Address& address, Duration limit = forever);

}  // namespace sio
