#include "session/shard_place.hpp"

#include "util/secure_id.hpp"

namespace sio::session {

std::string ShardPlace::make_session_id() const {
    std::string sid = util::make_secure_id();
    if (count > 1) sid.front() = util::secure_id_alphabet[index];
    return sid;
}

std::optional<std::size_t> shard_of_session(std::string_view sid, std::size_t count) noexcept {
    if (sid.size() != util::secure_id_size) return {};
    const std::size_t index = count > 1 ? util::secure_id_alphabet.find(sid.front()) : 0;
    if (index >= count) return {};
    return index;
}

}  // namespace sio::session
