#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <sio/namespaces.hpp>

#include "dispatch/hub.hpp"

namespace sio::dispatch {

/// What is behind a Namespaces: the classes by their names, and the hubs whose sockets use them.
///
/// Threads: add() before any socket is bound, and never after; everything else any.
class Registry final : public detail::BroadcastScope, public std::enable_shared_from_this<Registry> {
public:
    void add(std::string_view name, detail::NamespaceClass made);
    void add(Namespaces::Predicate predicate, detail::NamespaceClass made);
    /// Throws std::invalid_argument for what cannot be a name, and for one that no class serves when all have been added.
    void require_known(std::string_view name) const;
    /// Null when there is none. A predicate that throws says no, and is logged.
    const detail::NamespaceClass* find(std::string_view name) const;

    /// From now on broadcasts reach the sockets of `hub`, as long as it is open.
    void attach(const std::shared_ptr<Hub>& hub);

    // BroadcastScope: all hubs. What is another shard's is posted there.
    void emit(const Target& target, std::string_view event, std::string_view text,
              std::vector<Binary>& attachments) override;
    std::vector<std::string> sockets(const Target& target) override;
    void join(const Target& target, const std::vector<std::string>& rooms) override;
    void leave(const Target& target, const std::vector<std::string>& rooms) override;
    void disconnect(const Target& target, bool close) override;

private:
    /// One of each group: this thread's where it has one.
    std::vector<std::shared_ptr<Hub>> hubs() const;
    /// Calls `act(Hub&)` for each hub on its shard: at once where that is this thread, posted otherwise.
    template <class Act>
    void on_each(const Act& act);
    void require_incomplete() const;

    std::unordered_map<std::string, detail::NamespaceClass, detail::TextHash, std::equal_to<>> by_name_;
    std::vector<std::pair<Namespaces::Predicate, detail::NamespaceClass>> by_predicate_;

    mutable std::mutex hubs_mutex_;
    std::vector<std::weak_ptr<Hub>> hubs_;
    bool complete_ = false;  // sockets use it: nothing is added any more
};

}  // namespace sio::dispatch
