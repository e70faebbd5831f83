#pragma once

#include <memory>
#include <string>

#include <sio/byte_link.hpp>
#include <sio/detail/host_stream.hpp>

#include "server/guest.hpp"
#include "server/loop_ref.hpp"

namespace sio::server {

/// A ByteLink over a stream that lives on another server's thread: bytes are handed to and fro by posts, all that was
/// written in a turn by one of them.
class BridgeLink final : public ByteLink {
public:
    /// `head` is written first. On the thread of `loop`, of which `back` is the reference.
    BridgeLink(greenlet::Loop& loop, LoopRefPtr back, std::shared_ptr<const Guest> guest,
               std::shared_ptr<detail::HostStream> stream, std::string head);
    ~BridgeLink() override;

    void set_receiver(ByteReceiver* receiver) override;
    void write(std::string_view bytes) override;
    void write(const std::shared_ptr<const std::string>& bytes) override { write(std::string_view(*bytes)); }
    void flush() override;
    /// What the host has been given lately counts only as far as it is more than a socket takes: its thread has to come
    /// round before it can tell whether the client is slow.
    std::size_t queued_bytes() const noexcept override;
    void pause_reading() override;
    void resume_reading() override;
    void close() override;
    void abort() override;

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace sio::server
