#pragma once

#include <memory>

#include <sio/exchange.hpp>

namespace sio::greenlet {
class Loop;
}

namespace sio::server {

/// What the server keeps with the Environ of a request, for those who answer it by other means than a Response.
struct RequestContext {
    greenlet::Loop& loop;
    /// Null once the request has been answered.
    ExchangePtr exchange;
};
using RequestContextPtr = std::shared_ptr<RequestContext>;

}  // namespace sio::server
