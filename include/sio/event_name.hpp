#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace sio {

/// Names that Socket.IO keeps for itself (socket.io-parser: RESERVED_EVENTS); no client can send an event of that name.
constexpr bool is_reserved_event(std::string_view name) noexcept {
    constexpr std::array<std::string_view, 6> reserved = {"connect",       "connect_error", "disconnect",
                                                          "disconnecting", "newListener",   "removeListener"};
    return std::find(reserved.begin(), reserved.end(), name) != reserved.end();
}

namespace detail {
// Not constexpr on purpose: a literal that reaches this call does not compile, and the compiler names the function.
void this_event_name_is_reserved_override_recv_connect_or_recv_disconnect_instead();
}  // namespace detail

/// The name under which a handler is registered: any text. A literal is checked when it is compiled.
class EventName {
public:
    template <std::size_t Size>
    consteval EventName(const char (&literal)[Size]) : name_(literal, Size - 1) {
        if (is_reserved_event(name_)) {
            detail::this_event_name_is_reserved_override_recv_connect_or_recv_disconnect_instead();
        }
    }
    /// Throws std::invalid_argument for a reserved name. `name` must outlive the registration only.
    EventName(const std::string& name) : name_(name) {
        if (is_reserved_event(name_)) throw std::invalid_argument("sio: the event name \"" + name + "\" is reserved");
    }

    constexpr operator std::string_view() const noexcept { return name_; }

private:
    std::string_view name_;
};

}  // namespace sio
