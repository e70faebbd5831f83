#include "server/released_link.hpp"

#include <exception>
#include <utility>

namespace sio::server {

/// Outlives the link while the socket is on its way. Everything on the shard's thread.
struct ReleasedLink::State {
    explicit State(std::string head) : outgoing(std::move(head)) {}

    void arrive(net::Shard& shard, net::FileDescriptor socket, std::string_view read_already) {
        if (ended) return;
        if (!socket) return fail("the connection has ended");
        try {
            link = shard.adopt_link(std::move(socket), read_already);
        } catch (const std::exception& error) {
            return fail(error.what());
        }
        link->write(std::exchange(outgoing, {}));
        if (paused) link->pause_reading();
        if (receiver) link->set_receiver(receiver);
        if (closing) link->close();
    }

    void fail(std::string_view reason) {
        ended = true;
        if (auto* const told = std::exchange(receiver, nullptr)) told->on_end(reason);
    }

    std::unique_ptr<ByteLink> link;  // null until the socket has arrived
    ByteReceiver* receiver = nullptr;
    std::string outgoing;
    bool paused = false;
    bool closing = false;
    bool ended = false;  // aborted, or there is no socket
};

ReleasedLink::ReleasedLink(net::Shard& shard, LoopRefPtr back, std::shared_ptr<const Guest> guest,
                           const std::shared_ptr<detail::HostStream>& stream, std::string head)
    : state_(std::make_shared<State>(std::move(head))) {
    stream->release([&shard, back = std::move(back), guest = std::move(guest), state = state_](
                        int fd, std::string read_already) mutable {
        back->post([&shard, guest = std::move(guest), state = std::move(state), socket = net::FileDescriptor(fd),
                    bytes = std::move(read_already)]() mutable { state->arrive(shard, std::move(socket), bytes); });
    });
}

ReleasedLink::~ReleasedLink() {
    state_->receiver = nullptr;
    if (!state_->closing) state_->ended = true;
    if (state_->link) state_->link->set_receiver(nullptr);
    // One that closes has its last bytes sent by the state, should the socket not have arrived yet.
    if (state_->ended) state_->link.reset();
}

void ReleasedLink::set_receiver(ByteReceiver* receiver) {
    state_->receiver = receiver;
    if (state_->link) state_->link->set_receiver(receiver);
}

void ReleasedLink::write(std::string_view bytes) {
    if (state_->link) return state_->link->write(bytes);
    if (!state_->closing && !state_->ended) state_->outgoing += bytes;
}

void ReleasedLink::write(const std::shared_ptr<const std::string>& bytes) {
    if (state_->link) return state_->link->write(bytes);
    write(std::string_view(*bytes));
}

void ReleasedLink::flush() {
    if (state_->link) state_->link->flush();
}

std::size_t ReleasedLink::queued_bytes() const noexcept {
    return state_->link ? state_->link->queued_bytes() : state_->outgoing.size();
}

void ReleasedLink::pause_reading() {
    state_->paused = true;
    if (state_->link) state_->link->pause_reading();
}

void ReleasedLink::resume_reading() {
    state_->paused = false;
    if (state_->link) state_->link->resume_reading();
}

void ReleasedLink::close() {
    state_->closing = true;
    state_->receiver = nullptr;
    if (state_->link) state_->link->close();
}

void ReleasedLink::abort() {
    state_->ended = true;
    state_->receiver = nullptr;
    if (state_->link) state_->link->abort();
}

}  // namespace sio::server
