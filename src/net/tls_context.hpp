#pragma once

#include <memory>
#include <string>

struct ssl_ctx_st;

namespace sio::net {

/// Where a server's TLS identity is read from.
struct TlsFiles {
    /// PEM: the server's certificate, then those of the intermediate authorities.
    std::string certificate_chain;
    /// PEM, not encrypted. May be the same file.
    std::string private_key;
};

/// Certificate, key and rules of a TLS server: TLS 1.2 and later, ALPN `http/1.1`, no renegotiation, no compression.
///
/// Threads: any may use one context at once.
class TlsContext {
public:
    /// Throws Error(errc::cannot_start) with one line that names the file and says what is wrong with it: it cannot be
    /// read, holds no PEM certificate or key, the key is encrypted, or key and certificate do not belong together.
    explicit TlsContext(const TlsFiles& files);

    ssl_ctx_st* native() const noexcept { return context_.get(); }

private:
    struct Free {
        void operator()(ssl_ctx_st* context) const noexcept;
    };
    std::unique_ptr<ssl_ctx_st, Free> context_;
};

}  // namespace sio::net
