#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "net/out_queue.hpp"

struct ssl_st;

namespace sio::net {

class TlsContext;

/// The server's end of one TLS connection, without any I/O: encrypted bytes go in by feed(), plain ones come out by
/// read(); plain ones go in by write(), encrypted ones come out of cipher().
///
/// Threads: one at a time.
class TlsStream {
public:
    enum class Status {
        more,    ///< everything that was fed has been read
        closed,  ///< the peer has sent close_notify
        failed,  ///< the peer broke the protocol; an alert may be in cipher()
    };
    struct ReadResult {
        std::size_t size = 0;  ///< plain bytes; when 0, `status` says why
        Status status = Status::more;
        std::string error;
    };

    TlsStream(const TlsContext& context, OutQueue::Pool& pool);
    ~TlsStream();
    TlsStream(const TlsStream&) = delete;
    TlsStream& operator=(const TlsStream&) = delete;

    /// Has `records` read by the next calls of read(), which have to follow until one returns no bytes.
    void feed(std::string_view records) noexcept { input_ = records; }
    /// Decrypts into `room`, and takes the handshake on.
    ReadResult read(std::span<char> room);
    /// Encrypts all of `bytes`; only after the handshake. False when the stream has ended.
    bool write(std::string_view bytes);
    /// Adds the close_notify alert, once.
    void close();

    bool handshake_done() const noexcept;
    OutQueue& cipher() noexcept { return cipher_; }

    /// The stream moves to another shard: what waits in cipher() is taken out on the old one's thread, and put back, into
    /// the blocks of the new one, on its. Between the two only the destructor may be called.
    std::string leave_pool();
    void enter_pool(OutQueue::Pool& pool, std::string_view cipher);

private:
    friend struct TlsBio;
    /// Whether the peer keeps us deriving keys instead of sending anything.
    bool rekeys_too_often() const noexcept {
        return key_updates_ > max_free_key_updates + plain_bytes_ / bytes_per_key_update;
    }
    /// No implementation comes near: they change keys after gigabytes.
    static constexpr std::uint64_t max_free_key_updates = 32;
    static constexpr std::uint64_t bytes_per_key_update = 16 * 1024;

    struct Free {
        void operator()(ssl_st* ssl) const noexcept;
    };

    OutQueue::Pool* pool_;
    OutQueue cipher_;
    std::string_view input_;
    std::unique_ptr<ssl_st, Free> ssl_;
    std::uint64_t plain_bytes_ = 0;  // read so far
    std::uint64_t key_updates_ = 0;  // that the peer has sent
    bool closed_ = false;
};

}  // namespace sio::net
