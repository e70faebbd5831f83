#pragma once

#include <sio/detail/wait_queue.hpp>

namespace sio {

/// Blocks the greenlet until `descriptor` (a socket, a pipe, a device, what another library gave) has something to read, or
/// its end: true; false when `limit` passed first. Files always have. gevent: `gevent.socket.wait_read`.
///
/// The descriptor stays its owner's and is not changed; in particular it need not be non-blocking. Several greenlets may
/// wait for one. It must not be closed while one does: that greenlet would wait for its limit, or for ever.
///
/// Threads: a greenlet of any loop. Errors: std::system_error (std::errc::bad_file_descriptor, too_many_files_open), and
/// what blocking calls throw.
bool wait_readable(int descriptor, Duration limit = forever);

/// The same until there is room to write, or nobody who would read. gevent: `gevent.socket.wait_write`.
bool wait_writable(int descriptor, Duration limit = forever);

}  // namespace sio
