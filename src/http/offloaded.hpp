#pragma once

#include <utility>

#include <sio/greenlet.hpp>

namespace sio::http {

/// A call on the threads for `purpose` where there is a shard to keep free, that is in a greenlet; elsewhere (a test, a start-up)
/// a plain call.
template <class Function>
auto offloaded(detail::PoolPurpose purpose, Function&& function) {
    return current_greenlet_id() != 0 ? detail::offload_step(purpose, std::forward<Function>(function)) : function();
}

}  // namespace sio::http
