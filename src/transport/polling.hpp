#pragma once

#include <sio/exchange.hpp>

#include "session/engine_session.hpp"

namespace sio::transport {

/// HTTP long-polling: the client fetches packets with GET, which waits until there are some, and sends with POST.
///
/// A waiting poll is answered at the end of the turn in which the first packet for it was sent, so that everything said in
/// that turn goes into one answer.
class Polling final : public session::Transport {
public:
    explicit Polling(session::EngineSession& session) noexcept : session_(&session) {}

    /// A GET of the session.
    void on_get(ExchangePtr exchange);
    /// A POST of the session.
    void on_post(ExchangePtr exchange);

    std::string_view name() const noexcept override { return "polling"; }
    bool direct() const noexcept override { return false; }
    bool ready() const noexcept override { return poll_ != nullptr; }
    std::size_t queued_bytes() const noexcept override { return 0; }
    void send(bool binary, std::string_view packet) override;
    void send_frames(const std::shared_ptr<const std::string>& frames) override;
    void fetch() override;
    void flush() override;
    void pause_reading() override {}
    void resume_reading() override;
    void close(session::CloseReason reason) override;
    void leave() override;

private:
    void answer_poll(std::string payload);
    void answer(Exchange& exchange, Response response);
    /// The client's half of the session is told, and this is the end of it.
    void fail(session::CloseReason reason);

    session::EngineSession* session_;  // null once the session is done with this transport
    ExchangePtr poll_;
    ExchangePtr held_post_;  // unanswered while reading is paused, so that the client sends no more
    bool flush_scheduled_ = false;
};

}  // namespace sio::transport
