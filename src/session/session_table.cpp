#include "session/session_table.hpp"

#include "session/engine_session.hpp"

namespace sio::session {

SessionTable::SessionTable() = default;
SessionTable::~SessionTable() = default;

EngineSession* SessionTable::find(std::string_view sid) const noexcept {
    const auto found = sessions_.find(sid);
    return found == sessions_.end() ? nullptr : found->second.get();
}

void SessionTable::insert(EngineSessionPtr session) {
    const std::string_view key = session->sid();
    sessions_.emplace(key, std::move(session));
}

EngineSessionPtr SessionTable::remove(std::string_view sid) noexcept {
    const auto found = sessions_.find(sid);
    if (found == sessions_.end()) return nullptr;
    EngineSessionPtr session = std::move(found->second);
    sessions_.erase(found);
    return session;
}

}  // namespace sio::session
