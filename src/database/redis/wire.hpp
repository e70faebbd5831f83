#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <sio/redis/command.hpp>
#include <sio/redis/options.hpp>
#include <sio/redis/value.hpp>

#include "client/stream.hpp"
#include "database/redis/reply_parser.hpp"

namespace sio::redis {

/// One connection that has been greeted: commands out, values in. One greenlet may read while another writes.
/// Errors: those of client::Stream and ReplyParser.
class Wire {
public:
    /// Connects, authenticates, selects the database, within Options::connect_timeout.
    /// Throws redis::Error when the server refuses, Timeout, and what else client::Stream throws.
    static std::unique_ptr<Wire> connect(const Options& options);

    Wire(client::Stream stream, const ReplyLimits& limits);

    /// Blocks until the next value has come, of whatever kind.
    Value read();
    void write(std::string_view bytes) { stream_.write(bytes); }
    void close() noexcept { stream_.close(); }
    /// When the server last sent something; at first, when the connection was made.
    std::chrono::steady_clock::time_point heard_at() const noexcept { return heard_at_; }

private:
    void greet(const Options& options);
    bool greet_resp3(const Options& options);
    Value call(const Command& command);

    client::Stream stream_;
    ReplyParser parser_;
    std::vector<char> buffer_;
    std::string_view received_;  // of the buffer, and not parsed yet
    std::chrono::steady_clock::time_point heard_at_ = std::chrono::steady_clock::now();
};

}  // namespace sio::redis
