#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <sio/detail/group_core.hpp>
#include <sio/detail/imap.hpp>
#include <sio/greenlet.hpp>

namespace sio {

/// Greenlets that are waited for and ended together. gevent: `gevent.pool.Group`.
///
/// A greenlet leaves the group when it ends. The group may end first: its greenlets then go on.
///
/// Threads: a group belongs to the loop on which it is used; greenlets of other loops may be add()ed to it, and leave it by
/// themselves. Errors: blocking members throw Error(errc::not_in_greenlet), GreenletExit, and the Timeout of a
/// TimeoutScope.
class Group {
public:
    Group() : Group(std::nullopt) {}
    Group(const Group&) = delete;
    Group& operator=(const Group&) = delete;

    /// Starts a greenlet of the group; see sio::spawn(). A Pool blocks first while it is full.
    template <class Function, class... Args>
    auto spawn(Function&& function, Args&&... args) {
        auto greenlet = detail::GreenletAccess::make(std::forward<Function>(function), std::forward<Args>(args)...);
        core_->start(greenlet);
        return greenlet;
    }
    /// Starts an object of a class that is derived from BaseGreenlet as a greenlet of the group.
    template <class Object>
    requires std::is_base_of_v<detail::GreenletCore, Object>
    void start(const std::shared_ptr<Object>& object) {
        core_->start(object);
    }
    /// Makes a greenlet that runs already a member. A Pool blocks first while it is full.
    void add(const AnyGreenlet& greenlet) { core_->add(greenlet); }
    /// The greenlet is no member any more; it goes on.
    void discard(const AnyGreenlet& greenlet) { core_->discard(greenlet); }

    /// Members: those that were started and have not ended.
    std::size_t size() const { return core_->size(); }
    bool empty() const { return size() == 0; }
    std::vector<AnyGreenlet> greenlets() const { return core_->greenlets(); }

    /// Blocks until there is no member: true; false when `limit` passed first. With `raise_error`, throws the exception of
    /// the first member that has ended with one since the last join(), as soon as there is one.
    bool join(Duration limit = forever, bool raise_error = false) { return core_->join(limit, raise_error); }
    /// Kills all members and (with `wait`) blocks until they have ended, at most `limit`.
    void kill(bool wait = true, Duration limit = forever) { core_->kill(wait, limit); }

    /// `function(args...)` in a greenlet of the group, which is waited for; its result or exception.
    template <class Function, class... Args>
    auto apply(Function&& function, Args&&... args) {
        return spawn(std::forward<Function>(function), std::forward<Args>(args)...).get();
    }

    /// Calls `function(item)` for each item in a greenlet of its own, all at once (in a Pool: as many as it admits), and
    /// returns the results in the order of the items. When a call throws, or the caller is interrupted, the calls that are
    /// left are killed and waited for; then the exception is thrown. So `function` and items may refer to local variables.
    template <class Range, class Function>
    auto map(Function function, Range&& items) {
        using Item = decltype(*std::begin(items));
        using Result = std::invoke_result_t<Function&, Item>;
        detail::KilledAtEnd calls;
        std::vector<Greenlet<std::decay_t<Result>>> greenlets;
        for (auto&& item : items) {
            // A reference for an item of the range, the value of one that is made on the fly.
            std::tuple<Item> kept(std::forward<decltype(item)>(item));
            greenlets.push_back(spawn([&function, kept = std::move(kept)]() mutable -> Result {
                return function(std::get<0>(std::move(kept)));
            }));
            calls.add(greenlets.back());
        }
        joinall(greenlets, forever, true);
        if constexpr (!std::is_void_v<Result>) {
            std::vector<std::decay_t<Result>> results;
            results.reserve(greenlets.size());
            for (auto& greenlet : greenlets) results.push_back(std::move(greenlet.get()));
            return results;
        }
    }

    /// The results of `function(item)` as a range of one pass, in the order of the items. They are computed in greenlets of
    /// the group, as map() does, while the range is read; at most `ahead` results wait to be read (0: any number). When a
    /// call throws, reading its result throws. The range's end kills what still runs.
    ///
    /// `items` is moved or copied into the range, whose calls own `function`.
    template <class Range, class Function>
    auto imap(Function function, Range items, std::size_t ahead = 0) {
        return detail::make_imap<true>(core_, std::move(function), std::move(items), ahead);
    }
    /// The same, in the order in which they come.
    template <class Range, class Function>
    auto imap_unordered(Function function, Range items, std::size_t ahead = 0) {
        return detail::make_imap<false>(core_, std::move(function), std::move(items), ahead);
    }

protected:
    explicit Group(std::optional<std::size_t> limit) : core_(std::make_shared<detail::GroupCore>(limit)) {}

    std::shared_ptr<detail::GroupCore> core_;
};

}  // namespace sio
