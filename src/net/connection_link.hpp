#pragma once

#include <utility>

#include "net/connection.hpp"

namespace sio::net {

/// A Connection as its owner outside this layer holds it.
///
/// Destroying it aborts the connection, unless close() was called: the last bytes are then still sent, within the time
/// limit of closing.
class ConnectionLink final : public ByteLink {
public:
    explicit ConnectionLink(Connection::Ptr connection) noexcept : connection_(std::move(connection)) {}
    ~ConnectionLink() override {
        connection_->set_receiver(nullptr);
        if (connection_->open()) connection_->abort();
    }

    void set_receiver(ByteReceiver* receiver) override { connection_->set_receiver(receiver); }
    void write(std::string_view bytes) override { connection_->write(bytes); }
    void write(const std::shared_ptr<const std::string>& bytes) override { connection_->write(bytes); }
    void flush() override { connection_->flush(); }
    std::size_t queued_bytes() const noexcept override { return connection_->queued_bytes(); }
    void pause_reading() override { connection_->pause_reading(); }
    void resume_reading() override { connection_->resume_reading(); }
    void close() override { connection_->close(); }
    void abort() override { connection_->abort(); }

private:
    Connection::Ptr connection_;
};

}  // namespace sio::net
