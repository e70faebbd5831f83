#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

#include <sio/group.hpp>
#include <sio/offload.hpp>

namespace sio {

namespace greenlet {
class ThreadPool;
}

/// Threads for work that would block the loop: a library that waits by itself, or a computation of more than a millisecond.
/// gevent: `gevent.threadpool.ThreadPool`.
///
/// Each loop has one already, which sio::offload() uses; one of its own is for work that must not wait behind that, or for
/// a limit of its own (connections of a library that is not thread-safe: a pool of one).
///
/// Threads: every member from any greenlet of any loop. Must outlive the calls. Errors: as offload().
class ThreadPool {
public:
    /// `threads`: at least 1; they are started as work comes.
    explicit ThreadPool(std::size_t threads);
    /// Returns when the calls that run have ended.
    ~ThreadPool();
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;

    std::size_t size() const noexcept;

    /// `function(args...)` on a thread of the pool, while the greenlet waits; see sio::offload().
    template <class Function, class... Args>
    auto apply(Function&& function, Args&&... args) {
        return detail::offload_to(
            [this](detail::OffloadWork& work) { run(work); },
            [&] { return std::invoke(std::forward<Function>(function), std::forward<Args>(args)...); });
    }
    /// The same without waiting: a greenlet that waits for it. Arguments are moved or copied, as for sio::spawn().
    template <class Function, class... Args>
    auto spawn(Function&& function, Args&&... args) {
        return sio::spawn(
            [this, call = std::make_tuple(std::forward<Function>(function), std::forward<Args>(args)...)]() mutable {
                return std::apply([this](auto&... parts) { return apply(std::move(parts)...); }, call);
            });
    }
    /// `function(item)` for each item, on as many threads as there are; the results in the order of the items. See
    /// Group::map().
    template <class Range, class Function>
    auto map(Function function, Range&& items) {
        return Group().map([&](auto&& item) { return apply(function, std::forward<decltype(item)>(item)); },
                           std::forward<Range>(items));
    }

private:
    void run(detail::OffloadWork& work);

    std::unique_ptr<greenlet::ThreadPool> pool_;
};

}  // namespace sio
