#include "net/tls_stream.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "net/tls_context.hpp"

namespace sio::net {

/// OpenSSL's side of a TlsStream: a BIO that reads from what was fed and writes to the queue, without buffers between.
struct TlsBio {
    static int read(BIO* bio, char* out, int size) {
        auto& input = stream(bio).input_;
        BIO_clear_retry_flags(bio);
        if (stream(bio).rekeys_too_often()) return -1;
        if (input.empty()) {
            BIO_set_retry_read(bio);
            return -1;
        }
        const auto count = std::min(input.size(), static_cast<std::size_t>(size));
        std::memcpy(out, input.data(), count);
        input.remove_prefix(count);
        return static_cast<int>(count);
    }
    static int write(BIO* bio, const char* bytes, int size) {
        BIO_clear_retry_flags(bio);
        auto& self = stream(bio);
        self.cipher_.append(*self.pool_, std::string_view(bytes, static_cast<std::size_t>(size)));
        return size;
    }
    static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

    static BIO_METHOD* method() {
        static BIO_METHOD* const methods = [] {
            auto* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "sio");
            if (made == nullptr) throw std::bad_alloc();
            BIO_meth_set_read(made, read);
            BIO_meth_set_write(made, write);
            BIO_meth_set_ctrl(made, control);
            return made;
        }();
        return methods;
    }
    /// Hears of every record and handshake message.
    static void on_message(int sent, int, int type, const void* bytes, std::size_t size, SSL*, void* context) {
        const bool key_update = sent == 0 && type == SSL3_RT_HANDSHAKE && size != 0 &&
                                *static_cast<const unsigned char*>(bytes) == SSL3_MT_KEY_UPDATE;
        if (key_update) ++static_cast<TlsStream*>(context)->key_updates_;
    }
    static TlsStream& stream(BIO* bio) { return *static_cast<TlsStream*>(BIO_get_data(bio)); }
};

namespace {

std::string last_error() {
    const auto code = ERR_get_error();
    const char* reason = ERR_reason_error_string(code);
    ERR_clear_error();
    return reason != nullptr ? reason : "protocol error";
}

}  // namespace

void TlsStream::Free::operator()(ssl_st* ssl) const noexcept { SSL_free(ssl); }

TlsStream::TlsStream(const TlsContext& context, OutQueue::Pool& pool) : pool_(&pool), ssl_(SSL_new(context.native())) {
    auto* bio = BIO_new(TlsBio::method());
    if (!ssl_ || bio == nullptr) {
        BIO_free(bio);
        throw std::bad_alloc();
    }
    BIO_set_data(bio, this);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl_.get(), bio, bio);
    SSL_set_accept_state(ssl_.get());
    SSL_set_msg_callback(ssl_.get(), &TlsBio::on_message);
    SSL_set_msg_callback_arg(ssl_.get(), this);
}

TlsStream::~TlsStream() {
    ssl_.reset();
    if (pool_ != nullptr) cipher_.clear(*pool_);
}

std::string TlsStream::leave_pool() {
    std::string bytes = cipher_.take_all(*pool_);
    pool_ = nullptr;
    return bytes;
}

void TlsStream::enter_pool(OutQueue::Pool& pool, std::string_view cipher) {
    pool_ = &pool;
    cipher_.append(pool, cipher);
}

bool TlsStream::handshake_done() const noexcept { return SSL_is_init_finished(ssl_.get()) == 1; }

TlsStream::ReadResult TlsStream::read(std::span<char> room) {
    ERR_clear_error();
    std::size_t size = 0;
    const int result = SSL_read_ex(ssl_.get(), room.data(), room.size(), &size);
    plain_bytes_ += size;
    if (result == 1) return {size, Status::more, {}};
    switch (SSL_get_error(ssl_.get(), result)) {
        case SSL_ERROR_WANT_READ:
        case SSL_ERROR_WANT_WRITE: return {0, Status::more, {}};
        case SSL_ERROR_ZERO_RETURN: return {0, Status::closed, {}};
        default:
            closed_ = true;  // after a fatal alert nothing may be sent
            return {0, Status::failed, rekeys_too_often() ? "too many key updates" : last_error()};
    }
}

bool TlsStream::write(std::string_view bytes) {
    if (closed_) return false;
    ERR_clear_error();
    while (!bytes.empty()) {
        std::size_t written = 0;
        // The queue takes everything, so that this fails only when OpenSSL itself does (no memory).
        if (SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written) != 1) {
            closed_ = true;
            return false;
        }
        bytes.remove_prefix(written);
    }
    return true;
}

void TlsStream::close() {
    if (std::exchange(closed_, true)) return;
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
}

}  // namespace sio::net
