#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sio/detail/emit.hpp>

namespace sio {

namespace detail {

/// Whom a broadcast reaches.
struct BroadcastTarget {
    /// The namespace.
    std::string nsp;
    /// Members of any of these, rooms or socket ids; everyone in the namespace when empty.
    std::vector<std::string> rooms;
    /// But for members of these.
    std::vector<std::string> except;
    /// Clients that are not ready to take it may miss it.
    bool volatile_ = false;
    /// This server process only.
    bool local = false;
};

/// Where broadcasts go: the sockets of one server, or those of every server that uses a registry.
class BroadcastScope {
public:
    virtual ~BroadcastScope() = default;
    virtual void emit(const BroadcastTarget& target, std::string_view event, std::string_view text,
                      std::vector<Binary>& attachments) = 0;
    virtual std::vector<std::string> sockets(const BroadcastTarget& target) = 0;
    virtual void join(const BroadcastTarget& target, const std::vector<std::string>& rooms) = 0;
    virtual void leave(const BroadcastTarget& target, const std::vector<std::string>& rooms) = 0;
    virtual void disconnect(const BroadcastTarget& target, bool close) = 0;
};

}  // namespace detail

/// Chooses sockets, then does something with all of them:
///
///     to("room1").to("room2").except("muted").emit("news", text);
///
/// What BaseNamespace::to() begins leaves out the socket itself, what Namespaces::of() begins leaves out nobody. Each step
/// returns a new operator, so one can be kept and used again.
///
/// Threads: one that came from a namespace, on that namespace's shard; one from Namespaces::of(), anywhere. What is sent
/// is encoded once for each generation of the protocol and reaches sockets in the order of the emits.
class BroadcastOperator {
public:
    /// Also to the members of this room, or to the socket of this sid.
    [[nodiscard]] BroadcastOperator to(std::string_view room) const&;
    [[nodiscard]] BroadcastOperator to(std::string_view room) &&;
    /// Not to the members of this room, nor to the socket of this sid.
    [[nodiscard]] BroadcastOperator except(std::string_view room) const&;
    [[nodiscard]] BroadcastOperator except(std::string_view room) &&;
    /// Clients that are not ready to take it may miss it.
    [[nodiscard]] BroadcastOperator volatile_() const;
    /// Only sockets of this process.
    [[nodiscard]] BroadcastOperator local() const;

    /// Sends the event to the chosen sockets. There are no acknowledgements. No sockets: nothing happens.
    template <class... A>
    void emit(std::string_view event, A&&... arguments) const {
        static_assert(!detail::has_callback<A...>(),
                      "sio: a broadcast is not acknowledged; emit to one socket instead");
        if constexpr (!detail::has_callback<A...>()) {
            detail::emit_values([&](std::string& text, std::vector<Binary>& attachments,
                                    auto&&) { scope_->emit(target_, event, text, attachments); },
                                std::forward<A>(arguments)...);
        }
    }
    /// The ids (BaseNamespace::sid()) of the chosen sockets that recv_connect() has let in. Waits for the other workers' answers: in a greenlet as greenlets
    /// do; on a thread that is no worker's for a second at most, and then without those of a worker that is stuck.
    std::vector<std::string> sockets() const { return scope_->sockets(target_); }
    /// Makes the chosen sockets join or leave rooms.
    void sockets_join(std::string_view room) const { scope_->join(target_, {std::string(room)}); }
    void sockets_leave(std::string_view room) const { scope_->leave(target_, {std::string(room)}); }
    /// Disconnects the chosen sockets from the namespace, and tells their clients. Who is not let in yet is refused.
    void disconnect_sockets() const { scope_->disconnect(target_, false); }
    /// Disconnects the chosen sockets' clients from all their namespaces, tells them, and closes their connections.
    void close_connections() const { scope_->disconnect(target_, true); }
    /// What a flag means is for its reader to guess.
    template <std::same_as<bool> Flag>
    void disconnect_sockets(Flag) const {
        static_assert(!sizeof(Flag), "sio: say disconnect_sockets(), or close_connections() for whole connections");
    }

    /// For sio itself.
    BroadcastOperator(std::shared_ptr<detail::BroadcastScope> scope, detail::BroadcastTarget target)
        : scope_(std::move(scope)), target_(std::move(target)) {}

private:
    std::shared_ptr<detail::BroadcastScope> scope_;
    detail::BroadcastTarget target_;
};

}  // namespace sio
