#pragma once

#include <any>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace sio {

/// One item of a SocketSession: a value of any type, or nothing yet.
class SessionItem {
public:
    /// Text of any kind is kept as std::string.
    template <class T>
    SessionItem& operator=(T&& value) {
        if constexpr (std::is_convertible_v<T, std::string_view>) {
            value_ = std::string(std::string_view(value));
        } else {
            value_ = std::forward<T>(value);
        }
        return *this;
    }
    /// The value if it is a T, or null.
    template <class T>
    T* get() noexcept {
        return std::any_cast<T>(&value_);
    }
    template <class T>
    const T* get() const noexcept {
        return std::any_cast<T>(&value_);
    }

private:
    std::any value_;
};

/// What an application remembers about one client, shared by all namespaces of the socket. gevent-socketio: `self.session`.
///
///     session()["nickname"] = nickname;
///     auto nickname = session().get<std::string>("nickname");            // a pointer, null when there is none
///     auto shown = session().get_or<std::string>("nickname", "someone");
///
/// Lives as long as the socket; not to be confused with the web session in a cookie. Threads: the shard of the socket.
class SocketSession {
public:
    /// The item of that name, made when missing.
    SessionItem& operator[](std::string_view name) {
        if (!items_) items_ = std::make_unique<Items>();
        auto found = items_->find(name);
        if (found == items_->end()) found = items_->emplace(std::string(name), SessionItem()).first;
        return found->second;
    }
    /// The value of that name if there is one and it is a T, or null. Valid until it is assigned or erased.
    template <class T>
    T* get(std::string_view name) noexcept {
        if (!items_) return nullptr;
        const auto found = items_->find(name);
        return found == items_->end() ? nullptr : found->second.template get<T>();
    }
    template <class T>
    T get_or(std::string_view name, T fallback) {
        const T* value = get<T>(name);
        return value ? *value : std::move(fallback);
    }
    /// The value of that name, made (as T()) when there is none or it is of another type.
    template <class T>
    T& ensure(std::string_view name) {
        if (T* value = get<T>(name)) return *value;
        auto& item = (*this)[name];
        item = T();
        return *item.template get<T>();
    }
    bool contains(std::string_view name) const noexcept { return items_ && items_->find(name) != items_->end(); }
    /// Says whether there was one.
    bool erase(std::string_view name) {
        if (!items_) return false;
        const auto found = items_->find(name);
        if (found == items_->end()) return false;
        items_->erase(found);
        return true;
    }
    void clear() noexcept { items_.reset(); }

private:
    using Items = std::map<std::string, SessionItem, std::less<>>;

    std::unique_ptr<Items> items_;  // null as long as nothing was remembered
};

}  // namespace sio
