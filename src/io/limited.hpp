#pragma once

#include <sio/detail/wait_queue.hpp>
#include <sio/timeout.hpp>

namespace sio::io {

/// Calls `function`, whose blocking calls are interrupted after `limit`: true when it returned, false when the limit passed
/// first. Other time limits and kills throw as ever.
template <class Function>
bool within(Duration limit, Function&& function) {
    if (limit == forever) {
        function();
        return true;
    }
    TimeoutScope scope(limit);
    try {
        function();
        return true;
    } catch (const Timeout& timeout) {
        if (!scope.caused(timeout)) throw;
        return false;
    }
}

}  // namespace sio::io
