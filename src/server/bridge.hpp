#pragma once

#include <memory>

#include <sio/detail/host_stream.hpp>
#include <sio/exchange.hpp>

namespace sio::greenlet {
class Loop;
}

namespace sio::server {

/// A request that another HTTP server has read, answered over its stream.
ExchangePtr make_bridge_exchange(greenlet::Loop& loop, std::shared_ptr<detail::HostStream> stream, HttpRequest request,
                                 bool keep_alive);

}  // namespace sio::server
