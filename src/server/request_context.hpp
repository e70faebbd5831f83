#pragma once

#include <memory>
#include <unordered_set>

#include <sio/exchange.hpp>

namespace sio::greenlet {
class Loop;
}

namespace sio::server {

/// Something that is to end when the server stops.
class Stoppable {
public:
    virtual void on_stop() = 0;

protected:
    ~Stoppable() = default;
};
using Stoppables = std::unordered_set<Stoppable*>;

/// What the server keeps with the Environ of a request, for those who answer it by other means than a Response.
struct RequestContext {
    greenlet::Loop& loop;
    /// Of the shard. Who is in there takes itself out before it goes.
    Stoppables& stoppables;
    /// Null once the request has been answered.
    ExchangePtr exchange;
};
using RequestContextPtr = std::shared_ptr<RequestContext>;

}  // namespace sio::server
