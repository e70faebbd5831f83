#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <sio/any_greenlet.hpp>
#include <sio/detail/deadline.hpp>
#include <sio/detail/next_range.hpp>
#include <sio/queue.hpp>

namespace sio {

namespace detail {

/// Links that are taken off again when it ends: a greenlet that lives long may be waited for many times.
class LinksTaken {
public:
    LinksTaken() = default;
    LinksTaken(LinksTaken&&) noexcept = default;
    LinksTaken& operator=(LinksTaken&&) = delete;
    ~LinksTaken() {
        for (const auto& [greenlet, id] : links_) greenlet.unlink(id);
    }

    void add(const AnyGreenlet& greenlet, LinkId id) {
        if (id != LinkId{}) links_.emplace_back(greenlet, id);
    }

private:
    std::vector<std::pair<AnyGreenlet, LinkId>> links_;
};

}  // namespace detail

/// Greenlets in the order in which they end; made by iwait().
///
/// A range of one pass. `Handle` is the type of the handles that were given: Greenlet<T>, AnyGreenlet, a shared pointer.
template <class Handle>
class Ended : public detail::NextRange<Ended<Handle>, Handle> {
public:
    Ended(std::vector<Handle> greenlets, Duration limit) : left_(greenlets.size()), deadline_(limit) {
        for (Handle& greenlet : greenlets) {
            const AnyGreenlet any(greenlet);
            // The greenlet owns what it calls, so that cannot own the greenlet: it has its number in the list.
            all_.push_back(std::move(greenlet));
            links_.add(any, any.rawlink([order = order_, index = all_.size() - 1] { order->put(index); }));
        }
    }

    /// Blocks until the next one has ended; nothing when all have been given or the limit has passed.
    std::optional<Handle> next() {
        if (left_ == 0) return std::nullopt;
        const auto index = order_->try_get(deadline_.left());
        if (!index) return std::nullopt;
        --left_;
        return all_[*index];
    }

private:
    std::size_t left_;
    detail::Deadline deadline_;
    std::vector<Handle> all_;
    std::shared_ptr<Queue<std::size_t>> order_ = std::make_shared<Queue<std::size_t>>();
    detail::LinksTaken links_;
};

/// The greenlets one by one as they end, those that have ended already first. Stops when `limit` has passed.
///
///     for (auto& page : sio::iwait(downloads)) use(page.get());
///
/// Threads: the greenlets may run on any loop. Errors: blocking for the next one throws Error(errc::not_in_greenlet),
/// GreenletExit, and the Timeout of a TimeoutScope. gevent: `gevent.iwait`.
template <class Handle>
Ended<Handle> iwait(std::vector<Handle> greenlets, Duration limit = forever) {
    return Ended<Handle>(std::move(greenlets), limit);
}

/// Blocks until `count` of the greenlets have ended (default: all), or `limit` has passed. Returns those that have, in the
/// order in which they did. gevent: `gevent.wait`.
template <class Handle>
std::vector<Handle> wait(std::vector<Handle> greenlets, Duration limit = forever,
                         std::size_t count = static_cast<std::size_t>(-1)) {
    std::vector<Handle> ended;
    auto next = iwait(std::move(greenlets), limit);
    while (ended.size() < count) {
        auto greenlet = next.next();
        if (!greenlet) break;
        ended.push_back(std::move(*greenlet));
    }
    return ended;
}

}  // namespace sio
