#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include "session/channel.hpp"

namespace sio::session {

/// Ready WebSocket frames that a transport passes on, made once for many sessions.
enum class Frames : std::uint8_t {
    none,
    plain,
    deflated,  ///< with permessage-deflate, as wire::thread_deflater() of the endpoint's level compresses
};

/// One way in which the packets of a session travel. Implemented in transport/.
///
/// A direct transport (WebSocket) passes on what it is given. One that is not (polling) is fetched from: packets wait in
/// the session's outbox, and the transport is told that there are some.
///
/// Reference counted without atomics: it lives and dies on its shard.
class Transport : public boost::intrusive_ref_counter<Transport, boost::thread_unsafe_counter> {
public:
    virtual ~Transport() = default;

    virtual std::string_view name() const noexcept = 0;
    virtual bool direct() const noexcept = 0;
    /// Whether a packet given now would soon be on its way; if not, volatile packets are dropped.
    virtual bool ready() const noexcept = 0;
    /// Bytes given to a direct transport that have not left.
    virtual std::size_t queued_bytes() const noexcept = 0;

    /// Direct only: one packet; text as the session encodes it (Engine.IO: `4hello`), binary as it is.
    virtual void send(bool binary, std::string_view packet) = 0;
    /// Which frames send_frames() takes. Direct only.
    virtual Frames takes_frames() const noexcept = 0;
    /// Direct only: ready WebSocket frames, which other sessions send as well.
    virtual void send_frames(const std::shared_ptr<const std::string>& frames) = 0;
    /// Not direct only: the outbox is no longer empty, or polls are to be answered at once.
    virtual void fetch() = 0;

    /// Sends now what can be sent, instead of at the end of the turn.
    virtual void flush() = 0;

    virtual void pause_reading() = 0;
    virtual void resume_reading() = 0;

    /// The session is over. What was sent, and what the outbox holds, is delivered first where that is still possible.
    /// The transport keeps itself alive as long as that takes, and calls the session no more.
    virtual void close(CloseReason reason) = 0;
    /// Another transport has taken over, the outbox with it. Engine.IO: not direct only.
    virtual void leave() = 0;
};

using TransportPtr = boost::intrusive_ptr<Transport>;

}  // namespace sio::session
