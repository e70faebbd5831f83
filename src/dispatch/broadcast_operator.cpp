#include <sio/broadcast_operator.hpp>

namespace sio {

BroadcastOperator BroadcastOperator::to(std::string_view room) const& { return BroadcastOperator(*this).to(room); }

BroadcastOperator BroadcastOperator::to(std::string_view room) && {
    target_.rooms.emplace_back(room);
    return std::move(*this);
}

BroadcastOperator BroadcastOperator::except(std::string_view room) const& {
    return BroadcastOperator(*this).except(room);
}

BroadcastOperator BroadcastOperator::except(std::string_view room) && {
    target_.except.emplace_back(room);
    return std::move(*this);
}

BroadcastOperator BroadcastOperator::volatile_() const {
    BroadcastOperator next = *this;
    next.target_.volatile_ = true;
    return next;
}

BroadcastOperator BroadcastOperator::local() const {
    BroadcastOperator next = *this;
    next.target_.local = true;
    return next;
}

}  // namespace sio
