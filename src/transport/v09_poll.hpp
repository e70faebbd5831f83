#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <sio/exchange.hpp>

#include "session/v09_session.hpp"
#include "transport/v09_request.hpp"
#include "util/timer_wheel.hpp"

namespace sio::transport {

/// The answer to one poll of a 0.9 client: a payload, or, with a callback's number, a script that hands it one.
Response v09_poll_answer(std::string payload, std::optional<std::uint32_t> jsonp);

/// What a client gets whose session is unknown: it is to make a new one.
std::string unknown_session_packet();

/// One GET of `xhr-polling` or `jsonp-polling`, which waits until there is something to say to its session's client.
///
/// Answered at the end of the turn in which the first packet was sent, so that everything said in that turn goes into one
/// answer; with a noop when its time is over. A poll that its client gives up does not end the session: clients of the time
/// poll again when a connection was lost.
class V09Poll final : public session::Transport {
public:
    V09Poll(session::V09Session& session, V09Transport kind, std::optional<std::uint32_t> jsonp, ExchangePtr exchange);

    std::string_view name() const noexcept override { return transport_name(kind_); }
    bool direct() const noexcept override { return false; }
    session::Frames takes_frames() const noexcept override { return session::Frames::none; }
    bool ready() const noexcept override { return exchange_ != nullptr; }
    std::size_t queued_bytes() const noexcept override { return 0; }
    void send(bool binary, std::string_view packet) override;
    void send_frames(const std::shared_ptr<const std::string>& frames) override;
    void fetch() override;
    void flush() override;
    void pause_reading() override {}
    void resume_reading() override {}
    void close(session::CloseReason reason) override;
    void leave() override;

private:
    void answer(std::string payload);
    std::string take_outbox(std::string_view more = {});
    void done();

    session::V09Session* session_;  // null once the session is done with this poll
    ExchangePtr exchange_;
    util::Timer duration_timer_;
    std::optional<std::uint32_t> jsonp_;
    V09Transport kind_;
    bool flush_scheduled_ = false;
};

}  // namespace sio::transport
