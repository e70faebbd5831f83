#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <boost/smart_ptr/intrusive_ptr.hpp>

namespace sio::session {

/// The sessions of one endpoint on one shard, by their sid.
template <class Session>
class SessionTable {
public:
    using Ptr = boost::intrusive_ptr<Session>;

    SessionTable() = default;
    SessionTable(const SessionTable&) = delete;
    SessionTable& operator=(const SessionTable&) = delete;

    /// Null when there is none.
    Session* find(std::string_view sid) const noexcept {
        const auto found = sessions_.find(sid);
        return found == sessions_.end() ? nullptr : found->second.get();
    }
    void insert(Ptr session) {
        const std::string_view key = session->sid();
        sessions_.emplace(key, std::move(session));
    }
    /// The table's reference, given back; null when there was none.
    Ptr remove(std::string_view sid) noexcept {
        const auto found = sessions_.find(sid);
        if (found == sessions_.end()) return nullptr;
        Ptr session = std::move(found->second);
        sessions_.erase(found);
        return session;
    }
    std::size_t size() const noexcept { return sessions_.size(); }

    /// Calls `fn(Session&)` for each session; sessions may come and go meanwhile.
    template <class Fn>
    void for_each(Fn&& fn) const {
        std::vector<Ptr> all;
        all.reserve(sessions_.size());
        for (const auto& [sid, session] : sessions_) all.push_back(session);
        for (const auto& session : all) fn(*session);
    }

private:
    // The key is the session's own sid.
    std::unordered_map<std::string_view, Ptr> sessions_;
};

}  // namespace sio::session
