#pragma once

#include <cstddef>
#include <string_view>

#include "net/connection.hpp"
#include "net/protocol.hpp"
#include "util/timer_wheel.hpp"

namespace sio::net {

/// How far the bytes at the start of a connection are those of Flash's request for a policy.
enum class PolicyRequest { no, incomplete, complete };
PolicyRequest read_policy_request(std::string_view bytes) noexcept;

/// One connection to a port that serves Flash policies and nothing else: answers the request for one, and ends. Whatever
/// else comes, or nothing in time, ends it without an answer.
class FlashPolicyConnection final : public Protocol {
public:
    explicit FlashPolicyConnection(Connection& connection);

    std::size_t on_bytes(char* data, std::size_t size) override;
    void on_half_close() override { end(); }
    void on_end(std::string_view reason) override;
    void stop() override { end(); }

private:
    void end();

    Connection::Ptr connection_;
    util::Timer timer_;
};

}  // namespace sio::net
