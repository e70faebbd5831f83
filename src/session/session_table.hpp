#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

#include <boost/smart_ptr/intrusive_ptr.hpp>

namespace sio::session {

class EngineSession;

/// The sessions of one endpoint on one shard, by their sid.
class SessionTable {
public:
    SessionTable();
    ~SessionTable();
    SessionTable(const SessionTable&) = delete;
    SessionTable& operator=(const SessionTable&) = delete;

    /// Null when there is none.
    EngineSession* find(std::string_view sid) const noexcept;
    void insert(boost::intrusive_ptr<EngineSession> session);
    /// The table's reference, given back; null when there was none.
    boost::intrusive_ptr<EngineSession> remove(std::string_view sid) noexcept;
    std::size_t size() const noexcept { return sessions_.size(); }

    /// Calls `fn(EngineSession&)` for each session; sessions may come and go meanwhile.
    template <class Fn>
    void for_each(Fn&& fn) const;

private:
    // The key is the session's own sid.
    std::unordered_map<std::string_view, boost::intrusive_ptr<EngineSession>> sessions_;
};

}  // namespace sio::session
