#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "wire/packet.hpp"

namespace sio::greenlet {
class Loop;
}

namespace sio::session {

/// Why a session ended. The names that applications see are the reference server's; see reason_text().
enum class CloseReason : std::uint8_t {
    transport_close,              ///< the connection went away
    transport_error,              ///< it failed
    ping_timeout,                 ///< no heartbeat in time
    parse_error,                  ///< the peer sent something malformed
    server_namespace_disconnect,  ///< the application disconnected the namespace
    client_namespace_disconnect,  ///< the client disconnected the namespace
    server_shutting_down,
    forced_close,         ///< the application closed the whole connection
    forced_server_close,  ///< a limit was exceeded, or no namespace was joined in time
    slow_consumer,        ///< the peer did not read what was queued for it
};
inline constexpr std::size_t close_reason_count = 10;
std::string_view reason_text(CloseReason reason) noexcept;

/// How one send wants to be treated.
struct SendFlags {
    /// May be dropped when the client is not ready to take it at once.
    bool volatile_ = false;
};

class Broadcast;
class SessionSlot;
struct Drops;
struct QueueRules;

/// Who handles the packets of a Channel: the Socket.IO half of a connection.
class ChannelHandler {
public:
    virtual ~ChannelHandler() = default;

    /// One packet, complete with its attachments. The views are valid during the call.
    /// Returns false when the packet is unacceptable (malformed arguments): the channel then closes with parse_error.
    virtual bool on_packet(const wire::PacketView& packet) = 0;
    /// The channel has closed. The last call that the handler gets.
    virtual void on_close(CloseReason reason) = 0;
    /// The client has caught up: at most QueueRules::low_water() bytes wait for it, after more had to.
    virtual void on_drained() {}
};

/// One client connection as the Socket.IO layer sees it, whatever its generation and transport.
///
/// Lives on one shard; every call is made on that shard's thread.
class Channel {
public:
    virtual ~Channel() = default;

    /// The Engine.IO session id (v09: the session id). Secret: it is what authorises requests of the session.
    virtual const std::string& sid() const noexcept = 0;
    virtual wire::Generation generation() const noexcept = 0;
    /// `websocket`, `polling`, ... as it is now.
    virtual std::string_view transport_name() const noexcept = 0;
    virtual greenlet::Loop& loop() noexcept = 0;

    /// False when it was dropped, as a volatile packet may be.
    virtual bool send(const wire::PacketView& packet, SendFlags flags = {}) = 0;
    /// The same for a packet that many channels send: it is encoded once for each generation.
    virtual void send(const Broadcast& packet, SendFlags flags = {}) = 0;
    /// Bytes that wait for the peer.
    virtual std::size_t queued_bytes() const noexcept = 0;
    virtual const QueueRules& queue_rules() const noexcept = 0;
    /// What the peer has missed.
    virtual Drops drops() const noexcept = 0;
    /// Sends now what can be sent, instead of at the end of the turn.
    virtual void flush() = 0;
    /// Reading stops until as many resumes as pauses have been made.
    virtual void pause_reading() = 0;
    virtual void resume_reading() = 0;
    /// Sends what is queued and a close packet, then closes. on_close() follows, on a later turn or within the call.
    virtual void close(CloseReason reason) = 0;

    /// What the session has of its endpoint's limits: for who goes on when it has ended. Empty where nobody counts.
    virtual SessionSlot slot() const;
};

}  // namespace sio::session
