#pragma once

#include <utility>

#include <sio/greenlet.hpp>

namespace sio::http {

/// sio::offload() where there is a shard to keep free, that is in a greenlet; elsewhere (a test, a start-up) a plain call.
template <class Function>
auto offloaded(Function&& function) {
    return current_greenlet_id() != 0 ? offload(std::forward<Function>(function)) : function();
}

}  // namespace sio::http
