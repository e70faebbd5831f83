#include "net/flash_policy_connection.hpp"

#include <algorithm>

#include "net/shard.hpp"
#include "wire/flash_policy.hpp"

namespace sio::net {

PolicyRequest read_policy_request(std::string_view bytes) noexcept {
    const auto common = std::min(bytes.size(), wire::flash_policy_request.size());
    if (bytes.substr(0, common) != wire::flash_policy_request.substr(0, common)) return PolicyRequest::no;
    return common == wire::flash_policy_request.size() ? PolicyRequest::complete : PolicyRequest::incomplete;
}

FlashPolicyConnection::FlashPolicyConnection(Connection& connection)
    : connection_(&connection), timer_([](void* self) { static_cast<FlashPolicyConnection*>(self)->end(); }, this) {
    timer_.arm(connection.shard().loop().timers(), connection.shard().limits().head_timeout);
}

std::size_t FlashPolicyConnection::on_bytes(char* data, std::size_t size) {
    const ProtocolPtr self(this);
    switch (read_policy_request({data, size})) {
        case PolicyRequest::incomplete: return 0;
        case PolicyRequest::complete: connection_->write(connection_->shard().options().flash_policy); break;
        case PolicyRequest::no: connection_->shard().counters().protocol_errors.add(); break;
    }
    end();
    return size;
}

void FlashPolicyConnection::on_end(std::string_view) { timer_.cancel(); }

void FlashPolicyConnection::end() {
    const ProtocolPtr self(this);
    timer_.cancel();
    connection_->close();
}

}  // namespace sio::net
