#pragma once

#include <memory>
#include <utility>

#include "dispatch/connection.hpp"

namespace sio::dispatch {

/// Keeps a connection, and counts what is done for it meanwhile.
class Connection::Work {
public:
    explicit Work(std::shared_ptr<Connection> connection) noexcept : connection_(std::move(connection)) {
        connection_->begin_work();
    }
    Work(Work&&) noexcept = default;
    Work& operator=(Work&&) = delete;
    ~Work() {
        if (connection_) connection_->end_work();
    }

    explicit operator bool() const noexcept { return connection_ != nullptr; }
    Connection& operator*() const noexcept { return *connection_; }
    Connection* operator->() const noexcept { return connection_.get(); }

private:
    std::shared_ptr<Connection> connection_;
};

}  // namespace sio::dispatch
