#pragma once

#include "net/connection.hpp"

namespace sio::net {

/// While it lives, writes are collected; its end sends them and goes on reading.
class Connection::Batch {
public:
    explicit Batch(Connection& connection) noexcept : connection_(&connection) { connection.in_batch_ = true; }
    ~Batch() {
        connection_->in_batch_ = false;
        connection_->send_queue();
        connection_->read();
    }
    Batch(const Batch&) = delete;
    Batch& operator=(const Batch&) = delete;

private:
    Ptr connection_;
};

}  // namespace sio::net
