#pragma once

#include <cstdint>
#include <string_view>

namespace sio::session {

/// The server's half of the move from polling to WebSocket.
///
///     client                       server
///       | WebSocket with the sid     |     idle   -> opened
///       | 2probe ------------------> |
///       | <------------------ 3probe |     opened -> probed; from here each poll is answered at once (6, or what waits),
///       |   (its poll ends)          |     so that the client can stop polling
///       | 5 -----------------------> |     probed -> done; everything goes over the WebSocket
///
/// Nothing is lost or reordered: the client sends nothing between its last POST and `5`, and the server leaves what it
/// has to say in the outbox unless a poll fetches it. Pure: it is told what happened and says what to do.
class UpgradeFsm {
public:
    enum class State : std::uint8_t { idle, opened, probed, done };
    enum class Action : std::uint8_t {
        ignore,
        accept,          ///< the new WebSocket becomes the candidate
        refuse,          ///< close the new WebSocket; the session goes on as it is
        answer_probe,    ///< send `3probe` on the candidate and end a waiting poll
        switch_over,     ///< the candidate becomes the transport
        drop_candidate,  ///< close the candidate; the session goes on over polling
    };

    State state() const noexcept { return state_; }
    /// Whether polls are to be answered at once.
    bool hurries_polls() const noexcept { return state_ == State::probed; }

    Action on_websocket(bool upgrades_allowed) noexcept {
        if (state_ != State::idle || !upgrades_allowed) return Action::refuse;
        state_ = State::opened;
        return Action::accept;
    }
    Action on_ping(std::string_view data) noexcept {
        if (data != "probe" || (state_ != State::opened && state_ != State::probed)) return drop();
        state_ = State::probed;
        return Action::answer_probe;
    }
    Action on_upgrade() noexcept {
        if (state_ != State::probed) return drop();
        state_ = State::done;
        return Action::switch_over;
    }
    /// Any other packet on the candidate, its end, or the time limit.
    Action on_failure() noexcept { return drop(); }
    /// The session began on a WebSocket: there is nothing to move to.
    void start_on_websocket() noexcept { state_ = State::done; }

private:
    Action drop() noexcept {
        if (state_ != State::opened && state_ != State::probed) return Action::ignore;
        state_ = State::idle;
        return Action::drop_candidate;
    }

    State state_ = State::idle;
};

}  // namespace sio::session
