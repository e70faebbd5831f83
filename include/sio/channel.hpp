#pragma once

#include <sio/queue.hpp>

namespace sio {

/// A meeting point: put() blocks until somebody gets the value, get() until somebody puts one. gevent:
/// `gevent.queue.Channel`.
///
/// try_put() and try_get() without a limit succeed only when somebody waits on the other side.
/// Members, threads and errors: as Queue; size() is always 0.
template <class T>
class Channel : public detail::Handover<T, detail::FifoStorage<T>> {
public:
    Channel() : detail::Handover<T, detail::FifoStorage<T>>(0, {}, "Channel::put", "Channel::get") {}
};

}  // namespace sio
