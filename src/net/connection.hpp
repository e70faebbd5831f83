#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>

#include <boost/intrusive/list_hook.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <sio/byte_link.hpp>

#include "net/file_descriptor.hpp"
#include "net/kept_bytes.hpp"
#include "net/out_queue.hpp"
#include "net/poller.hpp"
#include "net/protocol.hpp"
#include "net/socket_address.hpp"
#include "util/timer_wheel.hpp"

namespace sio::net {

class Shard;
class TlsStream;
struct MovedSocket;

/// One connected socket of a shard: moves bytes between the socket (or the TLS stream on it) and a ByteReceiver.
///
/// No coroutine, nothing of Asio's, no buffer: what can be read is read into the shard's large buffer, and what is left
/// over is kept. Writing queues; the queue is sent when the current batch of input has been handled, or once in a turn of
/// the loop for everything written from elsewhere.
///
/// The receiver is the protocol that attach() set, until release_protocol() and set_receiver() hand the connection over.
/// The receiver may close, abort or drop the connection from within any of its calls.
///
/// Threads: the shard's. Lifetime: counted; the shard holds a connection until it is closed.
class Connection final
    : public boost::intrusive_ref_counter<Connection, boost::thread_unsafe_counter>,
      public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>,
      private Pollable {
public:
    using Ptr = boost::intrusive_ptr<Connection>;

    /// Takes a connected socket, and what was read from it before.
    Connection(Shard& shard, FileDescriptor socket, const SocketAddress& peer, std::unique_ptr<TlsStream> tls,
               std::string_view read_already);
    ~Connection();

    /// Begins to read, for `protocol`; null: for whomever set_receiver() names.
    void start(ProtocolPtr protocol);
    /// Lets go of the protocol; nothing is read until set_receiver().
    void release_protocol();

    /// Takes the socket out, with all that was read and is still to be sent. The connection is over then; nobody is told.
    MovedSocket release();

    // The meaning of these is ByteLink's.
    void set_receiver(ByteReceiver* receiver);
    void write(std::string_view bytes);
    void write(const std::shared_ptr<const std::string>& bytes);
    std::size_t queued_bytes() const noexcept;
    void pause_reading() noexcept { paused_ = true; }
    void resume_reading();
    void close();
    void abort();

    /// As abort(), but the peer sees a reset: for an answer that is cut off and must not look complete.
    void reset();
    /// The shard stops: ends the connection as soon as nothing is under way.
    void stop();
    /// Ends the connection at once, and tells the receiver so.
    void cut(std::string_view reason);
    /// Sends what can be sent now. Never calls the receiver back.
    void flush();
    /// Calls on_bytes() again with what is kept, on a later turn.
    void redeliver();
    /// For a receiver that leaves bytes of the current call though it could go on, because its turn is over: the same.
    void yield_turn() { schedule_delivery(); }
    /// Reading stops while this many bytes are kept unconsumed, and no more are read at once. 0: no such limit.
    void limit_reading(std::size_t bytes) noexcept { read_limit_ = bytes; }
    std::size_t kept_bytes() const noexcept { return kept_.size(); }
    /// Cuts the connection when the peer takes less than the HTTP limits demand of what is queued for it.
    void watch_sending(bool on) noexcept { watch_sending_ = on; }

    Shard& shard() noexcept { return *shard_; }
    /// Whether the shard has ended before this object.
    bool detached() const noexcept { return shard_ == nullptr; }
    bool open() const noexcept { return state_ == State::open; }
    bool peer_closed() const noexcept { return input_ended_; }
    bool handshaking() const noexcept { return handshaking_; }
    bool secure() const noexcept { return tls_ != nullptr; }
    Protocol* protocol() noexcept { return protocol_.get(); }
    const SocketAddress& peer() const noexcept { return peer_; }
    SocketAddress local() const noexcept { return SocketAddress::local_of(socket_.get()); }

private:
    friend class Shard;
    enum class State : std::uint8_t {
        open,
        closing,    ///< the receiver has been let go; what is queued is being sent
        lingering,  ///< our side is shut down; what the peer still sends is discarded until it closes too
        closed,
    };

    template <class Work>
    void batch(Work work) noexcept;
    void break_off(const std::exception_ptr& error) noexcept;

    void on_events(std::uint32_t events) override;
    bool wants_input() const noexcept;
    void read();
    void on_readable();
    std::size_t receive();
    void input(char* data, std::size_t size);
    void discard(std::size_t size);
    void decrypt(char* data, std::size_t size);
    void deliver(char* data, std::size_t size);
    void deliver_kept();
    void end_of_input();
    void schedule_delivery();
    void run_scheduled();

    void written();
    void send_queue();
    bool transmit();
    void encrypt();
    bool watches_sending() const noexcept;
    void wait_writable();
    void end_turn();

    void fail(std::string_view reason);
    void report_end();
    void finish(bool with_reset = false);
    void begin_linger();
    void linger();
    void arm_timer(std::chrono::milliseconds delay);
    void on_timer();
    void check_progress();
    std::uint64_t unacknowledged_bytes() noexcept;
    bool peer_advances(std::chrono::milliseconds period);

    Shard* shard_;
    FileDescriptor socket_;
    ProtocolPtr protocol_;
    ByteReceiver* receiver_ = nullptr;
    std::unique_ptr<TlsStream> tls_;
    Connection* next_dirty_ = nullptr;
    OutQueue out_;
    KeptBytes kept_;
    util::RareTimer timer_;
    std::uint64_t sent_ = 0;
    std::uint64_t taken_at_last_check_ = 0;
    std::size_t read_limit_ = 0;  ///< see limit_reading(); once it closes, what may still be discarded
    std::unique_ptr<std::string> failure_;
    SocketAddress peer_;
    State state_ = State::open;
    bool paused_ : 1 = false;
    bool readable_ : 1 = false;       ///< there may be something to read
    bool hung_up_ : 1 = false;        ///< the end of input stands behind what there is to read
    bool writable_wait_ : 1 = false;  ///< the socket took no more: on_events() will tell when it does
    bool watches_writing_ : 1 = false;
    bool blocked_ : 1 = false;   ///< some of the queue had to wait: on_drained() is due
    bool in_batch_ : 1 = false;  ///< the end of the batch will flush
    bool dirty_ : 1 = false;     ///< the end of the turn will flush
    bool delivery_scheduled_ : 1 = false;
    bool input_ended_ : 1 = false;
    bool end_due_ : 1 = false;  ///< on_end() or on_half_close() has not been called yet
    bool handshaking_ : 1 = false;
    bool watch_sending_ : 1 = false;
    bool admitted_ : 1 = false;  ///< counted against the limits on connections
};

}  // namespace sio::net
