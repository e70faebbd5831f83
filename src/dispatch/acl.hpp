#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sio::dispatch {

/// gevent-socketio's name for the method that handles an event: `on_user_message` for `user message`.
std::string method_name(std::string_view event);

/// Which methods of a namespace object may be called: all, or those of a list.
///
/// Names may be given as a method's (`on_join`, `recv_connect`: what begins with `on_` or `recv_`) or as an event's.
class Acl {
public:
    using List = std::optional<std::vector<std::string>>;

    /// Nothing: everything is allowed.
    void reset(List list);
    void add(std::string_view name);
    void remove(std::string_view name);

    bool allows(std::string_view name) const;
    /// Methods' names.
    List list() const { return names_ ? List(*names_) : std::nullopt; }

private:
    std::unique_ptr<std::vector<std::string>> names_;  // null: no list
};

}  // namespace sio::dispatch
