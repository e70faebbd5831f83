#pragma once

#include <memory>

#include <sio/detail/host_stream.hpp>
#include <sio/exchange.hpp>

#include "server/loop_ref.hpp"

namespace sio::server {

/// A request that another HTTP server has read, answered over its stream. To be used on the thread of `loop`, of which
/// `back` is the reference.
ExchangePtr make_bridge_exchange(greenlet::Loop& loop, LoopRefPtr back, std::shared_ptr<detail::HostStream> stream,
                                 HttpRequest request, bool keep_alive);

}  // namespace sio::server
