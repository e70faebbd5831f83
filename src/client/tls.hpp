#pragma once

#include <memory>
#include <string>

#include <sio/client_tls.hpp>

struct ssl_ctx_st;
struct ssl_st;

namespace sio::client {

struct FreeTls {
    void operator()(ssl_ctx_st* context) const noexcept;
    void operator()(ssl_st* session) const noexcept;
};
using TlsContext = std::unique_ptr<ssl_ctx_st, FreeTls>;
using TlsSession = std::unique_ptr<ssl_st, FreeTls>;

/// What `options` says, ready for handshakes. Throws std::system_error when the file cannot be read.
TlsContext make_tls_context(const ClientTls& options);

/// The same, shared by all connections of the process with those options: the certificates of the system take 130 ms to parse.
/// They are read on a thread for files while the greenlet waits, and anew when the file has changed (the system's: after an
/// hour). Any thread. Throws as above, and what blocking calls throw.
TlsContext shared_tls_context(const ClientTls& options);

/// The client's end of TLS over the connected, non-blocking socket `descriptor`, which stays its owner's. The handshake
/// asks for a certificate of `host` when `options` wants one checked.
TlsSession make_tls_session(ssl_ctx_st* context, int descriptor, const std::string& host, const ClientTls& options);

/// OpenSSL's words for what went wrong last; the reason why a certificate was refused, if that was it.
std::string tls_reason(const ssl_st* session);

}  // namespace sio::client
