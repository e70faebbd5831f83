#pragma once

#include <memory>

#include <sio/detail/host_stream.hpp>
#include <sio/exchange.hpp>

#include "net/shard.hpp"
#include "server/loop_ref.hpp"

namespace sio::server {

/// A request that another HTTP server has read, answered over its stream. To be used on the shard's thread; `back` refers to
/// its loop. `keep_alive`: whether the host would read another request, if the client wants to send one.
ExchangePtr make_bridge_exchange(net::Shard& shard, LoopRefPtr back, std::shared_ptr<detail::HostStream> stream,
                                 HttpRequest request, bool keep_alive);

}  // namespace sio::server
