#pragma once

#include <memory>
#include <string>

#include <sio/byte_link.hpp>
#include <sio/detail/host_stream.hpp>

#include "server/guest.hpp"
#include "server/loop_ref.hpp"

namespace sio::server {

/// A ByteLink over the socket that another HTTP server releases: a connection of the shard like any other as soon as the
/// socket has arrived. What is written and asked for until then waits here.
class ReleasedLink final : public ByteLink {
public:
    /// `head` is written first. On the shard's thread; `back` refers to its loop.
    ReleasedLink(net::Shard& shard, LoopRefPtr back, std::shared_ptr<const Guest> guest,
                 const std::shared_ptr<detail::HostStream>& stream, std::string head);
    ~ReleasedLink() override;

    void set_receiver(ByteReceiver* receiver) override;
    void write(std::string_view bytes) override;
    void write(const std::shared_ptr<const std::string>& bytes) override;
    void flush() override;
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
