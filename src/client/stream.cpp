#include "client/stream.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include <sio/error.hpp>

#include "io/connect.hpp"

namespace sio::client {

namespace {

[[noreturn]] void peer_closed(const std::string& name) {
    throw Error(errc::connection_closed, name + ": the server closed the connection");
}

/// Calls `operation`; what tells that the server is gone becomes connection_closed.
template <class Operation>
auto noticing_closed(const std::string& name, Operation operation) {
    try {
        return operation();
    } catch (const std::system_error& error) {
        if (error.code() == std::errc::connection_reset || error.code() == std::errc::broken_pipe) peer_closed(name);
        throw;
    }
}

}  // namespace

Stream::Stream(const Address& address, std::string name) : name_(std::move(name)), socket_(io::connect(address)) {
    const int on = 1;
    ::setsockopt(native_handle(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // in vain for a Unix socket
}

Stream::~Stream() = default;
Stream::Stream(Stream&& other) noexcept = default;
Stream& Stream::operator=(Stream&& other) noexcept = default;

void Stream::secure(ssl_ctx_st* context, const std::string& host, const ClientTls& options) {
    tls_ = make_tls_session(context, native_handle(), host, options);
    if (!perform("TLS handshake", [this] { return SSL_do_handshake(tls_.get()); })) peer_closed(name_);
}

template <class Operation>
bool Stream::perform(const char* what, Operation operation) {
    for (;;) {
        require_open();
        ERR_clear_error();
        errno = 0;
        const int result = operation();
        const int error = errno;
        if (result == 1) return true;
        switch (SSL_get_error(tls_.get(), result)) {
            case SSL_ERROR_WANT_READ: socket_->wait(boost::asio::socket_base::wait_read, what); break;
            case SSL_ERROR_WANT_WRITE: socket_->wait(boost::asio::socket_base::wait_write, what); break;
            case SSL_ERROR_ZERO_RETURN: return false;
            case SSL_ERROR_SYSCALL:
                if (error != 0 && error != ECONNRESET && error != EPIPE) {
                    throw std::system_error(error, std::generic_category(), name_);
                }
                peer_closed(name_);
            default:
                // The socket has ended without TLS's own end: the answer may have been cut short.
                if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING) peer_closed(name_);
                throw std::system_error(std::make_error_code(std::errc::protocol_error),
                                        name_ + ": TLS: " + tls_reason(tls_.get()));
        }
    }
}

std::size_t Stream::read_some(char* data, std::size_t bytes) {
    require_open();
    if (!tls_) return noticing_closed(name_, [&] { return socket_->read_some(data, bytes); });
    std::size_t got = 0;
    return perform("recv", [&] { return SSL_read_ex(tls_.get(), data, bytes, &got); }) ? got : 0;
}

void Stream::write(std::string_view data) {
    while (!data.empty()) {
        require_open();
        std::size_t put = 0;
        if (!tls_) {
            put = noticing_closed(name_, [&] { return socket_->write_some(data.data(), data.size()); });
        } else if (!perform("send", [&] { return SSL_write_ex(tls_.get(), data.data(), data.size(), &put); })) {
            peer_closed(name_);
        }
        data.remove_prefix(put);
    }
}

void Stream::close() noexcept {
    boost::system::error_code ignored;
    if (socket_) socket_->socket.close(ignored);
}

bool Stream::is_silent() const noexcept {
    if (!socket_ || !socket_->socket.is_open()) return false;
    if (tls_ && SSL_has_pending(tls_.get()) == 1) return false;
    char byte;
    return ::recv(native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

int Stream::native_handle() const noexcept { return socket_->socket.native_handle(); }

// The TLS session has the descriptor's number, which may be another connection's after close().
void Stream::require_open() const {
    if (!socket_->socket.is_open()) throw Error(errc::connection_closed, name_ + ": closed");
}

}  // namespace sio::client
