#pragma once

#include <memory>
#include <unordered_set>
#include <vector>

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

/// Those of one shard. Who is in there takes itself out before it goes.
class Stoppables {
public:
    void insert(Stoppable& stoppable) { all_.insert(&stoppable); }
    void erase(Stoppable& stoppable) noexcept { all_.erase(&stoppable); }
    /// The server has begun to stop: nobody is to come any more.
    bool stopping() const noexcept { return stopping_; }
    void stop() {
        stopping_ = true;
        for (Stoppable* const each : std::vector(all_.begin(), all_.end())) {
            if (all_.contains(each)) each->on_stop();
        }
    }

private:
    std::unordered_set<Stoppable*> all_;
    bool stopping_ = false;
};

/// What the server keeps with the Environ of a request, for those who answer it by other means than a Response.
struct RequestContext {
    greenlet::Loop& loop;
    /// Of the shard.
    Stoppables& stoppables;
    /// Null once the request has been answered.
    ExchangePtr exchange;
};
using RequestContextPtr = std::shared_ptr<RequestContext>;

}  // namespace sio::server
