#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <utility>

#include <sio/detail/wait_queue.hpp>
#include <sio/error.hpp>

namespace sio::detail {

/// Values on their way from greenlets that put them to greenlets that get them: what the queues have in common.
///
/// `Storage` keeps those that nobody has got yet: push(T&&), pop(), front() and size(). A greenlet that waits for a value
/// and is woken has a value reserved, which one is decided when it runs: so values are got in order even if others came to
/// get some in between. As getters wait only while every value is reserved, and putters only while all places are taken by
/// others, never both wait; so one line of waiting greenlets is enough.
///
/// Threads: every member from any; blocking ones in a greenlet of any loop. Must outlive those that wait.
template <class T, class Storage>
class Handover {
public:
    Handover(const Handover&) = delete;
    Handover& operator=(const Handover&) = delete;

    /// Puts a value. Throws Timeout when there was no place for it within `limit`; the value is then lost, see
    /// try_put(). Throws Error(errc::not_in_greenlet) when it would block, GreenletExit, and the Timeout of a TimeoutScope.
    void put(T value, Duration limit = forever) {
        if (!try_put(value, limit)) throw TimeoutError(put_);
    }
    /// The same, but returns false when there was no place; `value` is moved from only on success. Without a limit it never
    /// blocks.
    bool try_put(T& value, Duration limit = Duration::zero()) {
        auto lock = waiting_.lock();
        if (!waiting_.empty() && !putters_wait_) {
            stored_.push(std::move(value));
            ++reserved_;
            waiting_.wake_one();
            return true;
        }
        if (unreserved() < capacity_) {
            stored_.push(std::move(value));
            return true;
        }
        putters_wait_ = true;
        return waiting_.wait(lock, limit, put_, &value);
    }
    bool try_put(T&& value, Duration limit = Duration::zero()) { return try_put(value, limit); }

    /// The next value. Throws Timeout when none came within `limit`, and what put() throws.
    T get(Duration limit = forever) {
        std::optional<T> value = try_get(limit);
        if (!value) throw TimeoutError(get_);
        return std::move(*value);
    }
    /// The same, but empty when none came. Without a limit it never blocks.
    std::optional<T> try_get(Duration limit = Duration::zero()) {
        auto lock = waiting_.lock();
        if (!waiting_.empty() && putters_wait_) {
            stored_.push(std::move(*static_cast<T*>(waiting_.first())));
            waiting_.wake_one();
        } else if (unreserved() == 0) {
            putters_wait_ = false;
            if (!waiting_.wait(lock, limit, get_)) return std::nullopt;
            lock.lock();
            --reserved_;
        }
        return stored_.pop();
    }

    /// Values that nobody has got yet, those of waiting putters apart.
    std::size_t size() const {
        const auto lock = waiting_.lock();
        return unreserved();
    }
    bool empty() const { return size() == 0; }

protected:
    static constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

    /// `put` and `get` name the calls in diagnostics.
    Handover(std::size_t capacity, Storage storage, const char* put, const char* get)
        : capacity_(capacity), stored_(std::move(storage)), put_(put), get_(get) {}
    ~Handover() = default;

    template <class Function>
    auto with_stored(Function function) const {
        const auto lock = waiting_.lock();
        return function(stored_, unreserved());
    }

private:
    std::size_t unreserved() const noexcept { return stored_.size() - reserved_; }

    const std::size_t capacity_;
    mutable WaitQueue waiting_;
    bool putters_wait_ = false;  // which kind waits, if any does
    Storage stored_;
    std::size_t reserved_ = 0;  // values for greenlets that have been woken and have not run yet
    const char* const put_;
    const char* const get_;
};

}  // namespace sio::detail
