#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace sio {

/// Who receives the bytes of a ByteLink.
class ByteReceiver {
public:
    virtual ~ByteReceiver() = default;

    /// `size` bytes have arrived, after any that an earlier call left unconsumed. They may be changed in place and are
    /// valid during the call only. Returns how many were consumed; the rest comes again, with more behind it.
    virtual std::size_t on_bytes(char* data, std::size_t size) = 0;
    /// The peer has closed its side, or the connection failed (`reason` says how; empty for an orderly end).
    /// The last call that the receiver gets.
    virtual void on_end(std::string_view reason) = 0;
    /// Everything that was written has been handed to the operating system, after some of it had to wait.
    virtual void on_drained() {}
};

/// A connected stream of bytes: what a WebSocket runs on once the HTTP upgrade is done.
///
/// Implemented by sio for TCP, TLS and Unix sockets, and by any other HTTP server that hands connections to sio.
/// Threads: everything on the thread of the shard that the link was given to, calls of the receiver included.
/// Lifetime: whoever holds the link owns the connection; destroying it closes the connection at once.
class ByteLink {
public:
    virtual ~ByteLink() = default;

    /// From now on bytes and the end go to `receiver`, beginning with bytes that have arrived already (those come on a
    /// later turn, not within this call). Null: nothing is read.
    virtual void set_receiver(ByteReceiver* receiver) = 0;
    /// Queues `bytes` (copied) behind everything written before. Sent when the current batch of input has been handled,
    /// or on the next turn of the loop, in as few system calls as possible. Ignored after close() or the end.
    virtual void write(std::string_view bytes) = 0;
    /// The same without a copy, for bytes that many links send; small ones may be copied all the same.
    virtual void write(const std::shared_ptr<const std::string>& bytes) = 0;
    /// Hands over to the operating system now what it takes without waiting, for a writer of much within one turn. Does
    /// not call the receiver. May do nothing.
    virtual void flush() {}
    /// Bytes written that the operating system has not taken yet.
    virtual std::size_t queued_bytes() const noexcept = 0;
    /// Stops and resumes reading (backpressure to the peer).
    virtual void pause_reading() = 0;
    virtual void resume_reading() = 0;
    /// Sends what is queued, then ends the stream: no more is delivered to the receiver, on_end() included.
    /// A peer that does not read is cut off after a time limit.
    virtual void close() = 0;
    /// Ends the connection now and drops what is queued; on_end() is not called.
    virtual void abort() = 0;
};

}  // namespace sio
