#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include <sio/exchange.hpp>

#include "session/engine_session.hpp"
#include "transport/poll_form.hpp"
#include "transport/posted_packets.hpp"

namespace sio::transport {

/// HTTP long-polling: the client fetches packets with GET, which waits until there are some, and sends with POST.
///
/// While reading is paused a POST is not answered, so that the client sends no more, and the rest of its packets waits.
///
/// A poll is answered at the end of a turn, its own or that in which the first packet for it was sent, so that everything said
/// in that turn goes into one answer: what handlers say who run within it, too.
class Polling final : public session::Transport {
public:
    explicit Polling(session::EngineSession& session) noexcept
        : session_(&session), generation_(session.generation()) {}

    /// A GET of the session.
    void on_get(ExchangePtr exchange, PollForm form);
    /// A POST of the session.
    void on_post(ExchangePtr exchange, const PollForm& form);

    std::string_view name() const noexcept override { return "polling"; }
    bool direct() const noexcept override { return false; }
    bool ready() const noexcept override { return poll_ != nullptr; }
    std::size_t queued_bytes() const noexcept override { return 0; }
    void send(bool binary, std::string_view packet) override;
    session::Frames takes_frames() const noexcept override { return session::Frames::none; }
    void send_frames(const std::shared_ptr<const std::string>& frames) override;
    void fetch() override;
    void flush() override;
    void pause_reading() override {}
    void resume_reading() override;
    void close(session::CloseReason reason) override;
    void leave() override;

private:
    /// A POST that is not answered yet.
    struct Post {
        Post(ExchangePtr of, Generation generation, const PollForm& form, std::size_t max_packets)
            : exchange(std::move(of)), packets(exchange->request(), generation, form, max_packets) {}

        ExchangePtr exchange;
        PostedPackets packets;
        bool taking = false;  // its packets are being handled now
    };

    void take_post();
    void put_off_reading();
    void answer_poll(std::span<const session::Outbox::Entry> packets);
    void answer_poll(std::string_view packet);
    void end_with_poll();
    void answer(Exchange& exchange, Response response);
    /// The client's half of the session is told, and this is the end of it.
    void fail(session::CloseReason reason);

    session::EngineSession* session_;  // null once the session is done with this transport
    const Generation generation_;
    ExchangePtr poll_;
    PollForm form_;  // of poll_, or the last one
    std::unique_ptr<Post> post_;
    bool flush_scheduled_ = false;
};

}  // namespace sio::transport
