#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include <sio/detail/local_values.hpp>

namespace sio {

/// A variable of which each greenlet has a value of its own, as `thread_local` is for threads. gevent: `gevent.local.local`.
///
///     sio::Local<std::string> request_id;  // usually global
///     *request_id = "42";                  // seen by this greenlet only
///
/// A greenlet's value is made when it is first used and ends with the greenlet, on its stack. Greenlets that it spawns begin
/// with fresh values. Each event handler, app call and job is a greenlet.
///
/// Threads: any greenlet of any loop. Errors: throws Error(errc::not_in_greenlet) outside a greenlet.
template <class T>
class Local {
public:
    Local() = default;
    /// `make` makes each greenlet's first value. Called by any thread that runs greenlets.
    explicit Local(std::function<T()> make) : make_(std::move(make)) {}
    Local(const Local&) = delete;
    Local& operator=(const Local&) = delete;

    T& get() const {
        auto& values = detail::current_locals();
        if (auto* value = values.find(key_)) return static_cast<Holder*>(value)->value;
        auto holder = make_ ? std::make_unique<Holder>(make_) : std::make_unique<Holder>();
        return static_cast<Holder&>(values.insert(key_, std::move(holder))).value;
    }
    T& operator*() const { return get(); }
    T* operator->() const { return &get(); }

    /// Whether this greenlet has a value.
    bool exists() const { return detail::current_locals().find(key_) != nullptr; }
    /// Ends this greenlet's value; the next use makes another.
    void reset() const { detail::current_locals().erase(key_); }

private:
    struct Holder final : detail::LocalValues::Value {
        Holder() = default;
        explicit Holder(const std::function<T()>& make) : value(make()) {}
        T value{};
    };

    const std::uint64_t key_ = detail::new_local_key();
    std::function<T()> make_;
};

}  // namespace sio
