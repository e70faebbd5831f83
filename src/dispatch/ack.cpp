#include <sio/ack.hpp>

#include <optional>

#include "dispatch/connection.hpp"

namespace sio {

namespace detail {

struct PendingAnswer {
    std::weak_ptr<dispatch::Connection> connection;
    std::uint64_t id = 0;
    bool answered = false;
};

Ack make_ack(BaseNamespace& self, const Packet& packet) {
    if (!packet.id) return Ack();
    auto answer = std::make_shared<PendingAnswer>();
    answer->connection = self.connection().weak_from_this();
    answer->id = *packet.id;
    return Ack(std::move(answer));
}

}  // namespace detail

Ack::operator bool() const noexcept {
    if (!answer_ || answer_->answered) return false;
    const auto connection = answer_->connection.lock();
    return connection && connection->state() != dispatch::Connection::State::disconnected;
}

void Ack::send(const Args& args) const {
    const auto connection = answer_->connection.lock();
    if (!connection) return;
    answer_->answered = true;
    connection->send_ack(answer_->id, args);
}

}  // namespace sio
