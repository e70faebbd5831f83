#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include <sio/detail/group_core.hpp>
#include <sio/detail/next_range.hpp>
#include <sio/greenlet.hpp>

namespace sio::detail {

/// The results of Group::imap() and imap_unordered().
///
/// A greenlet, the feeder, starts the calls; what has been started (`ordered`) or has ended comes through a queue, and an
/// empty handle after the last start. Does not move: the calls refer to it.
template <class R, bool ordered>
class Imap : public NextRange<Imap<R, ordered>, R> {
public:
    /// `next_call` makes the greenlet of the next item; an empty handle when there is none.
    template <class NextCall>
    Imap(std::shared_ptr<GroupCore> group, NextCall next_call, std::size_t ahead) : ahead_(ahead) {
        if (ahead > 0) places_.emplace(ahead);
        feeder_ = spawn([this, group = std::move(group), next_call = std::move(next_call)]() mutable {
            try {
                while (feed(*group, next_call)) {
                }
            } catch (...) {
                failure_ = std::current_exception();
            }
            started_or_ended_.put({});
        });
    }
    ~Imap() {
        const Shield shield;
        feeder_.kill();
        std::vector<AnyGreenlet> left;
        for (const auto& [id, call] : running_) left.push_back(call);
        killall(left);
    }
    Imap(const Imap&) = delete;
    Imap& operator=(const Imap&) = delete;

    /// Blocks until the next result is there, or throws its exception; nothing after the last.
    std::optional<R> next() {
        while (!fed_ || read_ < count_) {
            const Greenlet<R> call = started_or_ended_.get();
            if (!call) {
                fed_ = true;
                continue;
            }
            ++read_;
            if (places_) places_->release();
            return std::optional<R>(std::move(call.get()));
        }
        if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
        return std::nullopt;
    }

private:
    template <class NextCall>
    bool feed(GroupCore& group, NextCall& next_call) {
        if (places_) places_->acquire();
        const Greenlet<R> call = next_call();
        if (!call) return false;
        running_.emplace(call.id(), call);
        call.rawlink([this, id = call.id()] {
            const auto ended = running_.extract(id);
            if constexpr (!ordered) started_or_ended_.put(ended.mapped());
        });
        group.start(call);
        ++count_;
        if constexpr (ordered) started_or_ended_.put(call);
        return true;
    }

    const std::size_t ahead_;
    std::optional<Semaphore> places_;
    Queue<Greenlet<R>> started_or_ended_;
    std::unordered_map<std::uint64_t, Greenlet<R>> running_;
    std::exception_ptr failure_;
    std::size_t count_ = 0;  // calls that were started
    std::size_t read_ = 0;
    bool fed_ = false;
    Greenlet<> feeder_;
};

template <bool ordered, class Function, class Range>
auto make_imap(std::shared_ptr<GroupCore> group, Function function, Range items, std::size_t ahead) {
    using Item = std::decay_t<decltype(*std::begin(items))>;
    using Result = std::decay_t<std::invoke_result_t<Function&, Item>>;
    static_assert(!std::is_void_v<Result>, "imap: the function returns nothing; use map()");
    struct Calls {
        Calls(Function f, Range r) : function(std::make_shared<Function>(std::move(f))), items(std::move(r)) {}
        // Made by the first call: the range has moved by then for the last time.
        Greenlet<Result> operator()() {
            if (!next) next.emplace(std::begin(items));
            if (*next == std::end(items)) return {};
            auto call = GreenletAccess::make([function = function, item = Item(**next)]() mutable -> Result {
                return (*function)(std::move(item));
            });
            ++*next;
            return call;
        }
        std::shared_ptr<Function> function;
        Range items;
        std::optional<decltype(std::begin(items))> next;
    };
    return Imap<Result, ordered>(std::move(group), Calls(std::move(function), std::move(items)), ahead);
}

}  // namespace sio::detail
