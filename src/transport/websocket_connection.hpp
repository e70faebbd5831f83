#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <sio/byte_link.hpp>

#include "transport/turn_budget.hpp"
#include "transport/websocket_deflate.hpp"
#include "util/timer_wheel.hpp"
#include "wire/ws_parser.hpp"

namespace sio::greenlet {
class DelayedJob;
class Loop;
}  // namespace sio::greenlet

namespace sio::transport {

/// Who uses a WebSocketConnection.
class WebSocketListener {
public:
    virtual void on_message(const wire::WsMessage& message) = 0;
    /// With Options::answer_close_later: nothing more comes from the peer, which has sent its close frame or something
    /// malformed (`code` says which). What is sent until close() still goes out. on_end() follows, unless close() does.
    virtual void on_peer_done(std::uint16_t code, std::string_view reason) {
        static_cast<void>(code);
        static_cast<void>(reason);
    }
    /// The connection has ended: by the peer's close frame, by an error in what it sent (`code` says which), or without
    /// either (1006). The last call.
    virtual void on_end(std::uint16_t code, std::string_view reason) = 0;
    /// What had to wait for a slow peer has left.
    virtual void on_drained() {}

protected:
    ~WebSocketListener() = default;
};

/// The server's end of a WebSocket (RFC 6455) on a ByteLink: frames in and out, pings answered, the closing handshake.
///
///      open --close()--> closing (until the peer's close frame, or the time limit) --> ended
///        +----------- peer's close frame, malformed input, end of the link -------------^
///        +--the first two, with answer_close_later--> peer_done --close()---------------^
///
/// Reading is for a few milliseconds at a time, whatever the frames cost to take in and to handle: what is left waits for a
/// later turn of the loop, so that one peer does not keep all the others of the shard waiting.
///
/// Everything on its shard. The loop keeps it alive while it is closing, so that whoever called close() may forget it.
class WebSocketConnection final
    : public boost::intrusive_ref_counter<WebSocketConnection, boost::thread_unsafe_counter>,
      private ByteReceiver,
      private wire::WsReceiver {
public:
    /// What connections of one endpoint have in common.
    struct Options {
        wire::WsParserOptions parser;
        /// How long the peer may take to answer a close frame.
        std::chrono::milliseconds close_timeout{10000};
        /// The peer's close frame, or what is malformed, is answered when close() is called, and until then messages may be
        /// sent: for a listener that handles messages later than it gets them. It has close_timeout to do so.
        bool answer_close_later = false;
        /// The peer is pinged this often, and given up when nothing comes from it for the timeout. Zero: never, for
        /// protocols that have heartbeats of their own.
        std::chrono::milliseconds ping_interval{0};
        std::chrono::milliseconds ping_timeout{0};
        /// Offers of permessage-deflate are accepted.
        std::optional<WebSocketCompression> compression;
    };

    using OptionsPtr = std::shared_ptr<const Options>;

    /// `deflate`: what was agreed on for permessage-deflate; null: nothing.
    WebSocketConnection(greenlet::Loop& loop, std::unique_ptr<ByteLink> link, OptionsPtr options,
                        std::unique_ptr<WebSocketDeflate> deflate = nullptr);
    ~WebSocketConnection() override;

    /// Begins to read. `listener` must outlive the connection or detach() from it; null: nobody listens.
    void start(WebSocketListener* listener);
    /// No more calls of the listener.
    void detach() noexcept { listener_ = nullptr; }

    bool is_open() const noexcept { return state_ == State::open; }
    /// Whether what is sent still goes out.
    bool takes_messages() const noexcept { return state_ == State::open || state_ == State::peer_done; }
    /// Null unless permessage-deflate was agreed on.
    const WebSocketDeflate* deflate() const noexcept { return deflate_.get(); }
    /// One message in one frame: `prefix` and `payload`. Ignored unless takes_messages().
    void send(wire::WsOpcode opcode, std::string_view payload, std::string_view prefix = {});
    /// Ready frames that many connections send.
    void send_frames(const std::shared_ptr<const std::string>& frames);
    std::size_t queued_bytes() const noexcept { return link_->queued_bytes(); }
    /// Sends now what the socket takes, instead of at the end of the turn.
    void flush() { link_->flush(); }
    void pause_reading();
    void resume_reading();

    /// Sends what is queued and a close frame, then waits for the peer's. The listener is not called any more.
    void close(std::uint16_t code, std::string_view reason = {});
    /// Ends the connection now, and drops what is queued.
    void abort();

private:
    enum class State : std::uint8_t { open, peer_done, closing, ended };
    struct Heartbeat;

    std::size_t on_bytes(char* data, std::size_t size) override;
    void on_end(std::string_view reason) override;
    void on_drained() override;

    bool on_message(const wire::WsMessage& message) override;
    bool on_ping(std::string_view payload) override;
    bool on_pong(std::string_view payload) override;
    void on_close(std::uint16_t code, std::string_view reason) override;
    void on_error(wire::WsError error) override;

    void end(std::uint16_t code, std::string_view reason);
    void end_input(std::uint16_t code, std::string_view reason, std::string_view answer);
    void answer_close();
    bool close_within_timeout();
    void on_heartbeat();
    bool on_compressed(const wire::WsMessage& message);
    bool reads_on();
    void resume_link();

    greenlet::Loop& loop_;
    OptionsPtr options_;
    std::unique_ptr<ByteLink> link_;
    std::unique_ptr<WebSocketDeflate> deflate_;
    WebSocketListener* listener_ = nullptr;
    wire::WsParser parser_;
    std::unique_ptr<Heartbeat> heartbeat_;
    greenlet::DelayedJob* close_job_ = nullptr;  // while closing: owns this, and gives the peer up
    TurnBudget budget_;
    std::string_view answer_;        // the reason in the close frame that is owed to the peer
    std::uint16_t answer_code_ = 0;  // and its code
    State state_ = State::open;
    bool paused_ = false;     // by the listener
    bool turn_over_ = false;  // by this: the rest is for a later turn
};

using WebSocketConnectionPtr = boost::intrusive_ptr<WebSocketConnection>;

}  // namespace sio::transport
