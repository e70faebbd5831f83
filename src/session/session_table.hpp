#pragma once

#include <cstddef>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/smart_ptr/intrusive_ptr.hpp>

#include "util/keyed_set.hpp"

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
        return found == sessions_.end() ? nullptr : found->get();
    }
    void insert(Ptr session) { sessions_.insert(std::move(session)); }
    /// The table's reference, given back; null when there was none.
    Ptr remove(std::string_view sid) noexcept {
        const auto found = sessions_.find(sid);
        if (found == sessions_.end()) return nullptr;
        Ptr removed = std::move(sessions_.extract(found).value());
        if (sessions_.empty() && on_empty_) on_empty_();
        return removed;
    }
    /// `callback`, which must not throw, is called whenever the last one has been removed.
    void on_empty(std::function<void()> callback) { on_empty_ = std::move(callback); }
    std::size_t size() const noexcept { return sessions_.size(); }

    /// Calls `fn(Session&)` for each session; sessions may come and go meanwhile.
    template <class Fn>
    void for_each(Fn&& fn) const {
        const std::vector<Ptr> all(sessions_.begin(), sessions_.end());
        for (const auto& session : all) fn(*session);
    }

private:
    struct SidOf {
        std::string_view operator()(const Session& session) const { return session.sid(); }
    };

    util::KeyedSet<Ptr, SidOf> sessions_;
    std::function<void()> on_empty_;
};

}  // namespace sio::session
