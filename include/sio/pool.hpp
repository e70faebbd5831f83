#pragma once

#include <cstddef>

#include <sio/group.hpp>

namespace sio {

/// A Group of at most `size` greenlets at a time: whoever starts one more waits until another has ended.
/// gevent: `gevent.pool.Pool`.
///
///     sio::Pool pool(10);
///     auto pages = pool.map(download, urls);
class Pool : public Group {
public:
    /// `size`: at least 1.
    explicit Pool(std::size_t size) : Group(size) {}

    /// How many more may be started without waiting.
    std::size_t free_count() const { return core_->free_count(); }
    bool full() const { return free_count() == 0; }
    /// Blocks until one more may be started: true; false when `limit` passed first.
    bool wait_available(Duration limit = forever) { return core_->wait_available(limit); }
};

}  // namespace sio
